#!/usr/bin/env bun
import { runOneOf } from "../lib/cli/command.ts";
import { clientCommands } from "./commands.ts";

await runOneOf(clientCommands, "run", process.argv.slice(2));
