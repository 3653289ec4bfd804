import { basename } from "node:path";
import { messages, runOneOf, runProgram } from "../lib/cli/command.ts";
import { exitCodes } from "../lib/errors.ts";
import { suggestion } from "../lib/cli/suggest.ts";
import { guardStreams, print } from "../lib/process/output.ts";
import { version } from "../lib/version.ts";

const programs = new Map<string, (argv: string[]) => unknown>([
  ["server", async (argv) => runProgram((await import("../server/command.ts")).serverCommand, argv)],
  ["client", async (argv) => runOneOf((await import("../client/commands.ts")).clientCommands, "run", argv)],
  ["bench", async (argv) => runOneOf((await import("../bench/commands.ts")).benchCommands, "run", argv)],
]);

const help = `echobench ${version}: a benchmark harness for TCP

  echobench server   an echo server
  echobench client   loads an echo server and checks every byte that comes back;
                     client probe, soak, bloat and sweep diagnose, client report prints a saved result
  echobench bench    measures, repeats and compares

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
