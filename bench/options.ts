import { z } from "zod";
import { choice, configFile, duration, flag, integer, list, text } from "../lib/option-kinds.ts";
import { scenarios } from "./scenarios.ts";

const names = scenarios.map(({ name }) => name);

const measuring = {
  rounds: integer("N", 1, 1_000).optional().describe("measurements of each kind (default: 5, or 2 with --quick)"),
  duration: duration(100).optional().describe("length of one measurement (default: 3s, or 1s with --quick)"),
  quick: flag().prefault(false).describe("fewer and shorter measurements, for a first look"),
  only: list("SCENARIO", `scenarios: ${names.join(", ")}`, (name) => names.find((each) => each === name))
    .prefault([])
    .describe(`scenarios to measure: ${names.join(", ")} (default: all)`),
};

const output = {
  out: text("DIR", "a folder").optional().describe("keep every result as a JSON file in this folder"),
  format: choice(["text", "json"]).prefault("text").describe("a table for people, or JSON"),
  config: configFile(),
};

/** The options of `bench run` and `bench peers` under the headings of their help. */
export const benchSections = { Measuring: measuring, Output: output };

/** Turns what was given into options. */
export const benchOptions = z.object({ ...measuring, ...output });

/** The options of `bench run` and `bench peers`: times in milliseconds. */
export type BenchOptions = z.output<typeof benchOptions>;

/** How often and how long is measured. */
export function timingOf({ rounds, duration: durationMs, quick }: BenchOptions) {
  return {
    rounds: rounds ?? (quick ? 2 : 5),
    warmupMs: quick ? 300 : 500,
    durationMs: durationMs ?? (quick ? 1_000 : 3_000),
  };
}
