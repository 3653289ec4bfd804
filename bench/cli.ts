#!/usr/bin/env bun
import { requireFiles } from "../lib/cli/start-check.ts";

requireFiles();
// Later, because modules are files too.
const { runOneOf } = await import("../lib/cli/command.ts");
const { benchCommands } = await import("./commands.ts");

await runOneOf(benchCommands, "run", process.argv.slice(2));
