import { z } from "zod";
import { programCommand } from "../lib/cli/command.ts";
import { exitCodes } from "../lib/errors.ts";
import { print } from "../lib/cli/output.ts";
import {
  abOptions,
  abSections,
  benchOptions,
  benchSections,
  buffersOptions,
  buffersSections,
  compareOptions,
  compareSections,
  nativeOptions,
  nativeSections,
  peersOptions,
  peersSections,
  proveOptions,
  proveSections,
  reportOptions,
  reportSections,
  rttOptions,
  rttSections,
} from "./options.ts";
import { runBuffers } from "./experiments/buffers.ts";
import { runNative } from "./peers/native.ts";
import { runPeers } from "./peers/peers.ts";
import { runProve } from "./prove.ts";
import { runRtt } from "./experiments/rtt.ts";
import { runAbCommand, runBench, runCompare, runReport } from "./run.ts";

const notes = ["Exit codes: 0 measured, 1 a measurement failed, 2 wrong usage, 130 interrupted."];

const printing =
  <T>(measure: (options: T) => Promise<string>) =>
  async (options: T) => {
    await print(`${await measure(options)}\n`);
    return exitCodes.success;
  };

const run = programCommand({
  name: "echo-bench run",
  command: "bun run bench",
  summary: "measures server and client against each other, repeatedly",
  sections: benchSections,
  schema: benchOptions,
  examples: [
    ["bun run bench", "all scenarios, five interleaved rounds; results and reports in reports/"],
    ["bun run bench --quick", "within a minute, for a first look"],
    ["bun run bench --only small,large --format markdown", "two scenarios, as Markdown"],
  ],
  run: runBench,
  notes: [
    "Other commands: compare, ab, prove, report, buffers, peers, native, rtt and micro, each with its own --help.",
    ...notes,
  ],
});

const compare = programCommand({
  name: "echo-bench compare",
  command: "bun run bench compare",
  summary: "compares what was measured at two times: ratios, intervals, verdicts",
  sections: compareSections,
  schema: compareOptions,
  examples: [["bun run bench compare reports/before reports/after", "two folders that bench wrote"]],
  run: runCompare,
  notes,
});

const ab = programCommand({
  name: "echo-bench ab",
  command: "bun run bench ab",
  summary: "measures two commits alternately and says whether one is slower",
  sections: abSections,
  schema: abOptions,
  examples: [
    ["bun run bench ab --base main", "did this checkout make it slower? exit 5 if so, twice in a row"],
    ["bun run bench ab --base v1.0.0 --head v1.1.0 --only small --rounds 20", "two tags, one scenario, many rounds"],
  ],
  run: runAbCommand,
  notes: [
    "Exit codes: 0 no regression, 1 a measurement failed, 2 wrong usage, 5 a regression was found and confirmed, 130 interrupted.",
  ],
});

const prove = programCommand({
  name: "echo-bench prove",
  command: "bun run bench prove",
  summary: "shows whether ab can be trusted here: a commit against itself, and against a slowed build of it",
  sections: proveSections,
  schema: proveOptions,
  examples: [["bun run bench prove --only small", "ten comparisons of each kind"]],
  run: runProve,
  notes: [
    "Exit codes: 0 nothing was found where nothing is and everything where something is, 1 not so, 2 wrong usage, 130 interrupted.",
  ],
});

const report = programCommand({
  name: "echo-bench report",
  command: "bun run bench report",
  summary: "renders again what was measured before",
  sections: reportSections,
  schema: reportOptions,
  examples: [["bun run bench report reports/2026-01-02T03-04-05 --format markdown", "as Markdown"]],
  run: runReport,
  notes,
});

const peers = programCommand({
  notes,
  sections: peersSections,
  schema: peersOptions,
  name: "echo-bench peers",
  command: "bun run bench peers",
  summary: "measures echo servers and clients side by side: echobench, C, Node, Go, Rust, socat, ncat and your own",
  examples: [
    [
      "bun run bench peers --rounds 10 --only small,large",
      "ten rounds of two scenarios; what is not installed is left out",
    ],
    ["bun run bench peers --peer 'mine=./my-server --port {port}'", "your own server among them"],
  ],
  run: printing(runPeers),
});

const native = programCommand({
  notes,
  sections: nativeSections,
  schema: nativeOptions,
  name: "echo-bench native",
  command: "bun run bench native",
  summary: "measures both engines of server and client beside the same programs in C",
  examples: [
    ["bun run bench native", "all loads, five interleaved rounds: about 20 minutes; needs cc"],
    ["bun run bench native --only single,small --rounds 10", "two loads, ten rounds"],
  ],
  run: printing(runNative),
});

const buffers = programCommand({
  name: "echo-bench buffers",
  command: "bun run bench buffers",
  summary: "measures socket buffers against message sizes and says which to use",
  sections: buffersSections,
  schema: buffersOptions,
  notes,
  examples: [["bun run bench buffers --sizes 64k --buffers 64k,1m", "two buffers and autotuning, one message size"]],
  run: printing(runBuffers),
});

const rtt = programCommand({
  sections: rttSections,
  schema: rttOptions,
  notes,
  name: "echo-bench rtt",
  command: "bun run bench rtt",
  summary: "measures single round trips over message sizes, plain and over TLS (tinybench)",
  examples: [["bun run bench rtt --duration 5s", "five seconds for each size"]],
  run: async (options) => {
    await print(await runRtt(options));
    return exitCodes.success;
  },
});

const micro = programCommand({
  name: "echo-bench micro",
  command: "bun run bench micro",
  summary: "measures the code that runs for every message, without sockets (mitata)",
  sections: {},
  schema: z.object({}),
  notes,
  examples: [["bun run bench micro", "verification, recording, the outbox"]],
  run: async () => {
    const { runMicro } = await import("./micro/hot-path.ts");
    await runMicro();
    return exitCodes.success;
  },
});

/** Everything the bench can do; `run` is meant when nothing is named. */
export const benchCommands = { run, compare, ab, prove, report, buffers, peers, native, rtt, micro };
