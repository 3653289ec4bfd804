#!/usr/bin/env bun
import { basename } from "node:path";
import { messages, runProgram } from "../lib/cli/command.ts";
import { suggestion } from "../lib/cli/suggest.ts";
import { exitCodes } from "../lib/errors.ts";
import { guardStreams, print } from "../lib/process/output.ts";
import { version } from "../lib/version.ts";
import { clientShortcuts, commandGroups, soleCommands } from "./commands.ts";

type Run = (argv: string[]) => Promise<void>;

const groupEntries = Object.entries(commandGroups).map(([name, load]): [string, Run] => [
  name,
  async (argv) => (await load()).run(argv),
]);

const shortcutEntries = clientShortcuts.map((name): [string, Run] => [
  name,
  async (argv) => (await commandGroups.client()).run([name, ...argv]),
]);

const soleEntries = Object.entries(soleCommands).map(([name, load]): [string, Run] => [
  name,
  async (argv) => runProgram(await load(), argv),
]);

const programs = new Map([...soleEntries, ...groupEntries, ...shortcutEntries]);

const help = `echobench ${version}: a benchmark harness for TCP

  echobench server      an echo server
  echobench client      loads an echo server and checks every byte that comes back
  echobench bench       measures, repeats and compares

  echobench probe       can the server be reached, and does it echo?
  echobench soak        is it reachable all the time, and when was it not?
  echobench bloat       how much slower are round trips while the path is full?
  echobench sweep       where does it stop getting faster: sizes, connections, buffers
  echobench report      prints saved results, several side by side too
  echobench merge       makes one result of those of several clients

  echobench demo        server and client on this machine, for five seconds
  echobench completion  completion for bash, zsh and fish

Each has its own --help. Linked as echo-server, echo-client or echo-bench it is that program.`;

function reportUnknown(word: string): void {
  messages.error(`"${word}": unknown program${suggestion(word, [...programs.keys()])}; see echobench --help`);
  process.exitCode = exitCodes.usage;
}

/** Runs the program that the executable is linked as, or else the one that the first word names. */
function runNamed(argv: string[]): unknown {
  const [word = "--help", ...rest] = argv;
  if (word === "server-worker") return import("../server/workers/worker.ts");
  const linked = programs.get(/^echo-(.*)$/.exec(basename(process.argv0))?.[1] ?? "");
  if (linked) return linked(argv);
  const program = programs.get(word);
  if (program) return program(rest);
  if (word === "--version") return print(`${version}\n`);
  return word === "--help" || word === "-h" ? print(`${help}\n`) : reportUnknown(word);
}

guardStreams();
await runNamed(process.argv.slice(2));
