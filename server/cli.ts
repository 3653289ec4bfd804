#!/usr/bin/env bun
import { runProgram } from "../lib/cli/command.ts";
import { serverCommand } from "./command.ts";

await runProgram(serverCommand, process.argv.slice(2));
