import { duration, flag, integer, list } from "../../lib/cli/option-kinds.ts";
import type { Timing } from "./measure.ts";

/** `--rounds`. */
export const roundsOption = {
  rounds: integer("N", 1, 1_000).optional().describe("measurements of each kind (default: 5, or 2 with --quick)"),
};

/** `--duration` and `--quick`. */
export const lengthOptions = {
  duration: duration(100).optional().describe("length of one measurement (default: 3s, or 1s with --quick)"),
  quick: flag().prefault(false).describe("fewer and shorter measurements, for a first look"),
};

/** `--only`, which takes the names of these scenarios. */
export function scenarioOption(scenarios: ReadonlyArray<{ readonly name: string }>) {
  const names = scenarios.map(({ name }) => name);
  return {
    only: list("SCENARIO", `scenarios: ${names.join(", ")}`, (name) => names.find((each) => each === name), {
      words: names,
    })
      .prefault([])
      .describe(`scenarios to measure: ${names.join(", ")} (default: all)`),
  };
}

/** How often each kind is measured. */
export const roundsOf = ({ rounds, quick }: { rounds?: number | undefined; quick: boolean }): number =>
  rounds ?? (quick ? 2 : 5);

/** How long each measurement takes. */
export const timingOf = ({
  duration: durationMs,
  quick,
}: {
  duration?: number | undefined;
  quick: boolean;
}): Timing => ({
  warmupMs: quick ? 300 : 500,
  durationMs: durationMs ?? (quick ? 1_000 : 3_000),
});
