import { z } from "zod";
import { choice, configFile, duration, flag, integer, list, text } from "../lib/option-kinds.ts";
import type { Timing } from "./load.ts";
import { scenarios } from "./scenarios.ts";

const names = scenarios.map(({ name }) => name);

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

const keeping = {
  out: text("DIR", "a folder").optional().describe("keep every result as a JSON file in this folder"),
};

const showing = {
  format: choice(["text", "json"]).prefault("text").describe("a table for people, or JSON"),
  config: configFile(),
};

/** The options of `bench run` and `bench peers` under the headings of their help. */
export const benchSections = { Measuring: { ...repeating, ...lasting }, Output: { ...keeping, ...showing } };

/** Turns what was given into options. */
export const benchOptions = z.object({ ...repeating, ...lasting, ...keeping, ...showing });

/** The options of `bench run` and `bench peers`: times in milliseconds. */
export type BenchOptions = z.output<typeof benchOptions>;

/** The options of `bench rtt` under the headings of their help. */
export const rttSections = { Measuring: lasting, Output: showing };

/** Turns what was given into options. */
export const rttOptions = z.object({ ...lasting, ...showing });

/** The options of `bench rtt`: times in milliseconds. */
export type RttOptions = z.output<typeof rttOptions>;

/** How often each kind is measured. */
export const roundsOf = ({ rounds, quick }: BenchOptions): number => rounds ?? (quick ? 2 : 5);

/** How long is measured. */
export function timingOf({ duration: durationMs, quick }: RttOptions): Timing {
  return {
    warmupMs: quick ? 300 : 500,
    durationMs: durationMs ?? (quick ? 1_000 : 3_000),
  };
}
