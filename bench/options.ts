import { z } from "zod";
import { configFile, custom, duration, flag, integer, list, operand, operands, text } from "../lib/cli/option-kinds.ts";
import { aspectNames } from "../lib/result/comparability.ts";
import { FEWEST_PAIRS } from "./compare/power.ts";
import type { Timing } from "./driver/measure.ts";
import { lengthOptions, roundsOption, scenarioOption } from "./driver/options.ts";
import { parseCommandLine } from "./driver/server-on-port.ts";
import { scenarios } from "./driver/scenarios.ts";
import { folderOption, formatOptions, percentage, savedThresholdOption, thresholdOption } from "./report/options.ts";

const measuring = { ...roundsOption, ...scenarioOption(scenarios), ...lengthOptions };

/** The options of `bench run` under the headings of their help. */
export const benchSections = { Measuring: measuring, Output: { ...folderOption, ...formatOptions } };

/** Parses the options of `bench run`. */
export const benchOptions = z.object({ ...measuring, ...folderOption, ...formatOptions });

/** The options of `bench run`: times in milliseconds. */
export type BenchOptions = z.output<typeof benchOptions>;

/** Options of `bench ab` and `bench prove`: many short measurements show a small difference better than few long ones. */
const alternating = {
  rounds: integer("N", 1, 1_000)
    .optional()
    .describe(
      `measurements of each side and scenario, at least ${FEWEST_PAIRS}: fewer could not show a difference (default: 40, or 10 with --quick)`,
    ),
  ...scenarioOption(scenarios),
  duration: duration(100).optional().describe("length of one measurement (default: 250ms)"),
  quick: flag().prefault(false).describe("fewer measurements, for a first look"),
};

/** How often each variant is measured where two are compared. */
export const abRoundsOf = ({ rounds, quick }: Pick<AbOptions, "rounds" | "quick">): number =>
  rounds ?? (quick ? 10 : 40);

/** How long each measurement takes where two variants are compared. */
export const abTimingOf = ({ duration: durationMs = 250 }: Pick<AbOptions, "duration">): Timing => ({
  warmupMs: 150,
  durationMs,
});

const comparing = {
  base: text("REF", "a commit, branch or tag").describe(
    "commit to compare with; it is checked out and installed in a temporary folder",
  ),
  head: text("REF", "a commit, branch or tag").optional().describe("commit to judge (default: this checkout as it is)"),
  server: custom("COMMAND", "a command that holds {port}, such as './server {port}'", parseCommandLine)
    .optional()
    .describe(
      "measures an echo server of your own: the command that starts it on the loopback port {port}, in the folder of each commit; the commits are those of the repository in the working directory",
    ),
  setup: text("COMMAND", "a command that builds the server")
    .optional()
    .describe("with --server: what makes the folder of each commit ready, such as 'make'"),
};

const sshHost = () =>
  custom("HOST", "a host as ssh takes it", (host) => (/^[^-\s]\S*$/.test(host) ? host : undefined)).optional();

const machines = {
  serverOn: sshHost().describe("run the server on this host of ssh (default: the machine that bench runs on)"),
  clientOn: sshHost().describe("run the client on this host of ssh (default: the machine that bench runs on)"),
};

/** The options of `bench ab` under the headings of their help. */
export const abSections = {
  Comparing: { ...comparing, ...thresholdOption },
  Measuring: { ...alternating, ...machines },
  Output: { ...folderOption, ...formatOptions },
};

/** Parses the options of `bench ab`. */
export const abOptions = z.object({
  ...comparing,
  ...thresholdOption,
  ...alternating,
  ...machines,
  ...folderOption,
  ...formatOptions,
});

/** The options of `bench ab`: times in milliseconds, the threshold as a part of 1. */
export type AbOptions = z.output<typeof abOptions>;

const engines = ["bun", "epoll"] as const;

const proving = {
  base: text("REF", "a commit, branch or tag")
    .optional()
    .describe("commit to prove it with (default: this checkout as it is)"),
  engine: list("ENGINE", `engines: ${engines.join(", ")}`, (name) => engines.find((each) => each === name))
    .prefault([])
    .describe("engines of the server to prove it with (default: all that this machine has)"),
  runs: integer("N", 1, 1_000).prefault(10).describe("comparisons of each kind and engine"),
  slowdown: percentage("10%", 100)
    .prefault("10%")
    .describe("how much more processor time the slowed server needs for each message"),
};

/** The options of `bench prove` under the headings of their help. */
export const proveSections = {
  Proving: { ...proving, ...thresholdOption },
  Measuring: alternating,
  Output: { ...folderOption, config: configFile() },
};

/** Parses the options of `bench prove`. */
export const proveOptions = z.object({
  ...proving,
  ...thresholdOption,
  ...alternating,
  ...folderOption,
  config: configFile(),
});

/** The options of `bench prove`: times in milliseconds, shares as parts of 1. */
export type ProveOptions = z.output<typeof proveOptions>;

const measured = "a report.json, its folder, a result of the client or a folder of those";
const inputs = {
  base: operand("BASE", measured).describe(`what was measured before: ${measured}`),
  head: operands("HEAD", measured, (path) => path || undefined)
    .prefault([])
    .describe("what was measured after: the same; each of several is compared with BASE"),
};

const judging = {
  ...thresholdOption,
  failOnRegression: flag()
    .prefault(false)
    .describe("exit 5 when something is slower, and 1 when the results could not have shown it"),
  across: list("ASPECT", `aspects of a load: ${aspectNames.join(", ")}`, (name) =>
    aspectNames.find((each) => each === name),
  )
    .prefault([])
    .describe("compare loads that differ in this, such as engine, which are not compared otherwise; may be repeated"),
};

/** The options of `bench compare` under the headings of their help. */
export const compareSections = { Comparing: { ...inputs, ...judging }, Output: formatOptions };

/** Parses the options of `bench compare`. */
export const compareOptions = z.object({ ...inputs, ...judging, ...formatOptions });

/** The options of `bench compare`: the threshold as a part of 1. */
export type CompareOptions = z.output<typeof compareOptions>;

const input = { file: operand("FILE", measured).describe(`what was measured: ${measured}`) };

/** The options of `bench report` under the headings of their help. */
export const reportSections = { Rendering: { ...input, ...savedThresholdOption }, Output: formatOptions };

/** Parses the options of `bench report`. */
export const reportOptions = z.object({ ...input, ...savedThresholdOption, ...formatOptions });

/** The options of `bench report`: the threshold as a part of 1. */
export type ReportOptions = z.output<typeof reportOptions>;
