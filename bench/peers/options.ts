import { z } from "zod";
import { duration, repeatable } from "../../lib/cli/option-kinds.ts";
import type { Timing } from "../driver/measure.ts";
import { lengthOptions, roundsOption, scenarioOption } from "../driver/options.ts";
import { peerScenarios, plainScenarios } from "../driver/scenarios.ts";
import { savingOption, tableOptions } from "../report/options.ts";
import { parseContestant } from "./rival-servers.ts";

const besideC = {
  ...roundsOption,
  ...scenarioOption(peerScenarios),
  duration: duration(100).optional().describe("length of one measurement (default: 2s, or 1s with --quick)"),
  quick: lengthOptions.quick,
};

/** The options of `bench native` under the headings of their help. */
export const nativeSections = { Measuring: besideC, Output: { ...savingOption, ...tableOptions } };

/** Parses the options of `bench native`. */
export const nativeOptions = z.object({ ...besideC, ...savingOption, ...tableOptions });

/** The options of `bench native`: times in milliseconds. */
export type NativeOptions = z.output<typeof nativeOptions>;

/** How long is measured beside C: the warm-up lets the runtime compile all of the hot path, which C has behind it. */
export const nativeTimingOf = ({ duration: durationMs, quick }: Pick<NativeOptions, "duration" | "quick">): Timing => ({
  warmupMs: quick ? 1_000 : 3_000,
  durationMs: durationMs ?? (quick ? 1_000 : 2_000),
});

const competing = {
  peer: repeatable(
    "NAME=COMMAND",
    "a name and a command that holds {port}, such as mine='./server {port}'",
    parseContestant,
  )
    .prefault([])
    .describe("another echo server to measure, started by this command on the loopback port {port}; may be repeated"),
};
const measuring = { ...roundsOption, ...scenarioOption(plainScenarios), ...lengthOptions };

/** The options of `bench peers` under the headings of their help. */
export const peersSections = {
  Contestants: competing,
  Measuring: measuring,
  Output: { ...savingOption, ...tableOptions },
};

/** Parses the options of `bench peers`. */
export const peersOptions = z.object({ ...competing, ...measuring, ...savingOption, ...tableOptions });

/** The options of `bench peers`: times in milliseconds. */
export type PeersOptions = z.output<typeof peersOptions>;
