#!/usr/bin/env bun
import { requireFiles } from "../lib/cli/start-check.ts";

requireFiles();
// Later, because modules are files too.
const { runOneOf } = await import("../lib/cli/command.ts");
const { clientCommands } = await import("./commands.ts");

await runOneOf(clientCommands, "run", process.argv.slice(2));
