import { median } from "simple-statistics";
import { formatCount, formatLatency } from "../../lib/units.ts";
import type { Timing } from "../driver/measure.ts";
import { loadText } from "./report.ts";
import { medianInterval } from "../compare/bootstrap.ts";
import { renderTable } from "../../lib/text-table.ts";

/** One measurement: `side` says which of the two programs was not C's, or that both were. */
export interface NativeRun {
  readonly scenario: string;
  readonly side: "both" | "server" | "client";
  readonly name: string;
  /** counted from 1 */
  readonly round: number;
  readonly messagesPerSecond: number;
  readonly p99_9Ns: number;
}

/** What `bench native` found. */
export interface NativeResult {
  readonly rounds: number;
  readonly timing: Timing;
  readonly placement: string;
  readonly runs: readonly NativeRun[];
}

type Measure = "messagesPerSecond" | "p99_9Ns";

/** The ratios to C in the same round: their median and its 95 % interval. */
function ratioText(own: readonly NativeRun[], inC: readonly NativeRun[], measure: Measure): string {
  const ratios = own.flatMap((run) => {
    const yardstick = inC.find(({ round }) => round === run.round);
    return yardstick ? [run[measure] / yardstick[measure]] : [];
  });
  if (ratios.length === 0) return "–";
  const { low, high } = medianInterval(ratios);
  return `${median(ratios).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function table(result: NativeResult, side: "server" | "client", measure: Measure, format: (value: number) => string) {
  const { runs } = result;
  const names = [...new Set(runs.filter((run) => run.side === side).map(({ name }) => name))];
  const scenarios = [...new Set(runs.map(({ scenario }) => scenario))];
  const rows = scenarios.map((scenario) => {
    const own = runs.filter((run) => run.scenario === scenario);
    const inC = own.filter((run) => run.side === "both");
    const ratios = names.map((name) => {
      const its = own.filter((run) => run.side === side && run.name === name);
      return ratioText(its, inC, measure);
    });
    return [loadText(scenario), format(median(inC.map((run) => run[measure]))), ...ratios];
  });
  return renderTable(["", "C", ...names], rows);
}

/** The ratios to C for people. */
export function renderNative(result: NativeResult): string {
  const { rounds, timing, placement } = result;
  return [
    "Servers under the load of the client in C, messages/s",
    table(result, "server", "messagesPerSecond", formatCount),
    "",
    "The same, p99.9 of the round trip",
    table(result, "server", "p99_9Ns", formatLatency),
    "",
    "Clients against the server in C, messages/s; ours verify every byte, C's verifies none",
    table(result, "client", "messagesPerSecond", formatCount),
    "",
    "The same, p99.9 of the round trip",
    table(result, "client", "p99_9Ns", formatLatency),
    "",
    "Ratios to C within a round: the median and its 95 % interval.",
    `${rounds} rounds, ${timing.durationMs / 1_000} s each after ${timing.warmupMs / 1_000} s of warm-up; ${placement}.`,
  ].join("\n");
}
