import { type CommandDef, defineCommand } from "citty";
import { z } from "zod";
import { programCommand } from "../lib/cli/command.ts";
import { exitCodes, UsageError } from "../lib/errors.ts";
import { asInvoked } from "../lib/invocation.ts";
import { runCompare } from "./compare-command.ts";
import { buffersCommand } from "./experiments/buffers.ts";
import { rttCommand } from "./experiments/rtt.ts";
import {
  abOptions,
  abSections,
  benchOptions,
  benchSections,
  compareOptions,
  compareSections,
  proveOptions,
  proveSections,
  reportOptions,
  reportSections,
} from "./options.ts";
import { peersCommand } from "./peers/command.ts";
import { runProve } from "./prove.ts";
import { measuringNotes } from "./report/options.ts";
import { runAbCommand, runBench, runReport } from "./run.ts";

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
    "Other commands: compare, ab, prove, report, buffers, peers, rtt and micro, each with its own --help.",
    ...measuringNotes,
  ],
});

const compare = programCommand({
  name: "echo-bench compare",
  command: "bun run bench compare",
  summary: "compares saved results: ratios, intervals, verdicts",
  sections: compareSections,
  schema: compareOptions,
  examples: [
    ["bun run bench compare reports/before reports/after", "two folders that bench wrote"],
    ["bun run bench compare before after --fail-on-regression", "two folders of results; exit 5 if it became slower"],
    ["bun run bench compare bun epoll --across engine", "loads that differ in the engine, on purpose"],
  ],
  run: runCompare,
  notes: [
    "Results that failed or were not verified, and loads without a counterpart, are named and left out.",
    "Exit codes: 0 compared, 1 nothing could be compared (with --fail-on-regression also: measurements are missing, or the results could not have shown a regression), 2 wrong usage, 5 with --fail-on-regression: something is slower.",
  ],
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
    "Exit codes: 0 no regression, 1 a measurement failed or the data could not have shown a regression, 2 wrong usage, 5 a regression was found and confirmed, 130 interrupted.",
  ],
});

const prove = programCommand({
  name: "echo-bench prove",
  command: "bun run bench prove",
  summary: "shows whether ab can be trusted here: a build against itself, and against a slower server",
  sections: proveSections,
  schema: proveOptions,
  examples: [["bun run bench prove --only small", "ten comparisons of each kind on each engine"]],
  run: runProve,
  notes: [
    "Exit codes: 0 a regression was found in every comparison with the slower server and in no other, 1 otherwise, 2 wrong usage, 130 interrupted.",
  ],
});

const report = programCommand({
  name: "echo-bench report",
  command: "bun run bench report",
  summary: "renders a saved result again",
  sections: reportSections,
  schema: reportOptions,
  examples: [["bun run bench report reports/2026-01-02T03-04-05 --format markdown", "as Markdown"]],
  run: runReport,
  notes: ["Exit codes: 0 every measurement is there and went as planned, 1 one failed or is missing, 2 wrong usage."],
});

const micro = programCommand({
  name: "echo-bench micro",
  command: "bun run bench micro",
  summary: "measures the code that runs for every message, without sockets (mitata)",
  sections: {},
  schema: z.object({}),
  notes: measuringNotes,
  examples: [["bun run bench micro", "verification, recording, the outbox"]],
  run: async () => {
    const { runMicro } = await import("./micro/hot-path.ts");
    await runMicro();
    return exitCodes.success;
  },
});

/** A command of earlier versions: an error that names its successor. */
const native: CommandDef = defineCommand({
  run: () => {
    throw new UsageError(
      asInvoked('"native": this is now part of bench peers, which compares both engines with C: bun run bench peers'),
    );
  },
});

/** All commands of bench; `run` is the default. */
export const benchCommands = {
  run,
  compare,
  ab,
  prove,
  report,
  buffers: buffersCommand,
  peers: peersCommand,
  rtt: rttCommand,
  micro,
  native,
};
