#!/usr/bin/env bun
import { runProgram } from "../lib/command.ts";
import { clientCommand } from "./command.ts";

await runProgram(clientCommand, process.argv.slice(2));
