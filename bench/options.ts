import { z } from "zod";
import {
  choice,
  configFile,
  custom,
  duration,
  flag,
  integer,
  list,
  operand,
  repeatable,
  text,
} from "../lib/cli/option-kinds.ts";
import { parseContestant } from "./peers/rival-servers.ts";
import { formats } from "./report/formats.ts";
import { parseSizeBytes } from "../lib/units.ts";
import type { Timing } from "./driver/measure.ts";
import { nativeScenarios, plainScenarios, scenarios } from "./driver/scenarios.ts";

const names = scenarios.map(({ name }) => name);
const plainNames = plainScenarios.map(({ name }) => name);

const lasting = {
  duration: duration(100).optional().describe("length of one measurement (default: 3s, or 1s with --quick)"),
  quick: flag().prefault(false).describe("fewer and shorter measurements, for a first look"),
};

const repeating = {
  rounds: integer("N", 1, 1_000).optional().describe("measurements of each kind (default: 5, or 2 with --quick)"),
  only: list("SCENARIO", `scenarios: ${names.join(", ")}`, (name) => names.find((each) => each === name))
    .prefault([])
    .describe(`scenarios to measure: ${names.join(", ")} (default: all)`),
};

const alternating = {
  rounds: integer("N", 1, 1_000)
    .optional()
    .describe("measurements of each side and scenario (default: 40, or 10 with --quick)"),
  only: repeating.only,
  duration: duration(100).optional().describe("length of one measurement (default: 250ms)"),
  quick: flag().prefault(false).describe("fewer measurements, for a first look"),
};

const keeping = {
  out: text("DIR", "a folder")
    .optional()
    .describe("keep results and reports in this folder (default: one of its own in reports/)"),
};

const saving = {
  out: text("DIR", "a folder").optional().describe("keep the result as a JSON file in this folder"),
};

const showing = {
  format: choice(["text", "json"]).prefault("text").describe("a table for people, or JSON"),
  config: configFile(),
};

const reporting = {
  format: choice(formats).prefault("text").describe("form of the report on standard output"),
  config: configFile(),
};

function parsePercent(share: string): number | undefined {
  const [, amount] = /^(\d+(?:\.\d+)?)\s*%$/.exec(share) ?? [];
  const part = Number(amount) / 100;
  return part > 0 && part < 1 ? part : undefined;
}

const judging = {
  threshold: custom("PERCENT", "a part such as 5%", parsePercent)
    .prefault("5%")
    .describe("differences below this are noise"),
};

/** The options of `bench run` under the headings of their help. */
export const benchSections = { Measuring: { ...repeating, ...lasting }, Output: { ...keeping, ...reporting } };

/** Turns what was given into options. */
export const benchOptions = z.object({ ...repeating, ...lasting, ...keeping, ...reporting });

/** The options of `bench run`: times in milliseconds. */
export type BenchOptions = z.output<typeof benchOptions>;

const comparing = {
  base: text("REF", "a commit, branch or tag").describe("commit to compare with, checked out and installed by itself"),
  head: text("REF", "a commit, branch or tag").optional().describe("commit to judge (default: this checkout as it is)"),
};

/** The options of `bench ab` under the headings of their help. */
export const abSections = {
  Comparing: { ...comparing, ...judging },
  Measuring: alternating,
  Output: { ...keeping, ...reporting },
};

/** Turns what was given into options. */
export const abOptions = z.object({ ...comparing, ...judging, ...alternating, ...keeping, ...reporting });

/** The options of `bench ab`: times in milliseconds, the threshold as a part of 1. */
export type AbOptions = z.output<typeof abOptions>;

const proving = {
  base: text("REF", "a commit, branch or tag").prefault("HEAD").describe("commit to prove it with"),
  runs: integer("N", 1, 1_000).prefault(10).describe("comparisons of each kind"),
  slowdown: custom("PERCENT", "a part such as 10%", parsePercent)
    .prefault("10%")
    .describe("of the server's processor time a message, which the slowed build takes more"),
};

/** The options of `bench prove` under the headings of their help. */
export const proveSections = {
  Proving: { ...proving, ...judging },
  Measuring: alternating,
  Output: { ...keeping, config: configFile() },
};

/** Turns what was given into options. */
export const proveOptions = z.object({ ...proving, ...judging, ...alternating, ...keeping, config: configFile() });

/** The options of `bench prove`: times in milliseconds, shares as parts of 1. */
export type ProveOptions = z.output<typeof proveOptions>;

const measured = "a report.json, its folder, a result of the client or a folder of those";
const inputs = {
  base: operand("BASE", measured).describe(`what was measured before: ${measured}`),
  head: operand("HEAD", measured).describe("what was measured after: the same"),
};

/** The options of `bench compare` under the headings of their help. */
export const compareSections = { Comparing: { ...inputs, ...judging }, Output: reporting };

/** Turns what was given into options. */
export const compareOptions = z.object({ ...inputs, ...judging, ...reporting });

/** The options of `bench compare`: the threshold as a part of 1. */
export type CompareOptions = z.output<typeof compareOptions>;

const input = { file: operand("FILE", measured).describe(`what was measured: ${measured}`) };

/** The options of `bench report` under the headings of their help. */
export const reportSections = { Rendering: { ...input, ...judging }, Output: reporting };

/** Turns what was given into options. */
export const reportOptions = z.object({ ...input, ...judging, ...reporting });

/** The options of `bench report`. */
export type ReportOptions = z.output<typeof reportOptions>;

const plain = {
  ...repeating,
  only: list("SCENARIO", `scenarios: ${plainNames.join(", ")}`, (name) => plainNames.find((each) => each === name))
    .prefault([])
    .describe(`scenarios to measure: ${plainNames.join(", ")} (default: all)`),
};

const nativeNames = nativeScenarios.map(({ name }) => name);

const besideC = {
  ...repeating,
  only: list("SCENARIO", `scenarios: ${nativeNames.join(", ")}`, (name) => nativeNames.find((each) => each === name))
    .prefault([])
    .describe(`scenarios to measure: ${nativeNames.join(", ")} (default: all)`),
  duration: duration(100).optional().describe("length of one measurement (default: 2s, or 1s with --quick)"),
  quick: lasting.quick,
};

/** The options of `bench native` under the headings of their help. */
export const nativeSections = { Measuring: besideC, Output: { ...saving, ...showing } };

/** Turns what was given into options. */
export const nativeOptions = z.object({ ...besideC, ...saving, ...showing });

/** The options of `bench native`: times in milliseconds. */
export type NativeOptions = z.output<typeof nativeOptions>;

const competing = {
  peer: repeatable(
    "NAME=COMMAND",
    "a name and a command that holds {port}, such as mine='./server {port}'",
    parseContestant,
  )
    .prefault([])
    .describe("another echo server to measure, started by this command on the loopback port {port}; may be repeated"),
};

/** The options of `bench peers` under the headings of their help. */
export const peersSections = {
  Contestants: competing,
  Measuring: { ...plain, ...lasting },
  Output: { ...saving, ...showing },
};

/** Turns what was given into options. */
export const peersOptions = z.object({ ...competing, ...plain, ...lasting, ...saving, ...showing });

/** The options of `bench peers`: times in milliseconds. */
export type PeersOptions = z.output<typeof peersOptions>;

/** A gibibyte, the largest message there is. */
const MAX_SIZE_BYTES = 2 ** 30;

const bytes = (what: string, standard: string) =>
  list("SIZE", "sizes such as 64k or 1m", (written) => {
    const parsed = parseSizeBytes(written);
    return parsed !== undefined && parsed > 0 && parsed <= MAX_SIZE_BYTES ? parsed : undefined;
  })
    .prefault(standard.split(","))
    .describe(`${what} (default: ${standard})`);

const sweeping = {
  buffers: bytes("socket buffers to try, besides the kernel's autotuning", "16k,64k,256k,1m,4m"),
  sizes: bytes("message sizes to try them with", "1k,64k,1m"),
};

/** The options of `bench buffers` under the headings of their help. */
export const buffersSections = {
  Sweeping: sweeping,
  Measuring: { rounds: repeating.rounds, ...lasting },
  Output: { ...saving, ...showing },
};

/** Turns what was given into options. */
export const buffersOptions = z.object({
  ...sweeping,
  rounds: repeating.rounds,
  ...lasting,
  ...saving,
  ...showing,
});

/** The options of `bench buffers`: times in milliseconds, sizes in bytes. */
export type BuffersOptions = z.output<typeof buffersOptions>;

/** The options of `bench rtt` under the headings of their help. */
export const rttSections = { Measuring: lasting, Output: { ...saving, ...reporting } };

/** Turns what was given into options. */
export const rttOptions = z.object({ ...lasting, ...saving, ...reporting });

/** The options of `bench rtt`: times in milliseconds. */
export type RttOptions = z.output<typeof rttOptions>;

/** Many short measurements side by side tell two builds apart better than few long ones. */
const abRounds = { standard: 40, quick: 10 };
const abTiming: Timing = { warmupMs: 150, durationMs: 250 };

/** How often each variant is measured where two are compared. */
export const abRoundsOf = ({ rounds, quick }: Pick<AbOptions, "rounds" | "quick">): number =>
  rounds ?? (quick ? abRounds.quick : abRounds.standard);

/** How long is measured where two variants are compared. */
export const abTimingOf = ({ duration: durationMs }: Pick<AbOptions, "duration">): Timing => ({
  ...abTiming,
  ...(durationMs !== undefined && { durationMs }),
});

/** How often each kind is measured. */
export const roundsOf = ({ rounds, quick }: Pick<BenchOptions, "rounds" | "quick">): number =>
  rounds ?? (quick ? 2 : 5);

/** How long is measured. */
export function timingOf({ duration: durationMs, quick }: Pick<RttOptions, "duration" | "quick">): Timing {
  return {
    warmupMs: quick ? 300 : 500,
    durationMs: durationMs ?? (quick ? 1_000 : 3_000),
  };
}

/** How long is measured beside C: the warm-up lets the runtime compile all of the hot path, which C has behind it. */
export const nativeTimingOf = ({ duration: durationMs, quick }: Pick<NativeOptions, "duration" | "quick">): Timing => ({
  warmupMs: quick ? 1_000 : 3_000,
  durationMs: durationMs ?? (quick ? 1_000 : 2_000),
});
