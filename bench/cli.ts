#!/usr/bin/env bun
import { runOneOf } from "../lib/cli/command.ts";
import { benchCommands } from "./commands.ts";

await runOneOf(benchCommands, "run", process.argv.slice(2));
