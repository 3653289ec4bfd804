import type { RunResult } from "./run-result.ts";

/** What no two measurements have in common, to the nanosecond. A copy may have got another date, seed or label. */
type Measured = Pick<RunResult, "totals" | "rttNs" | "throughput" | "cpu">;

/** A key that only copies of a result have in common. */
export const identityOf = ({ totals, rttNs, throughput, cpu }: Measured): string =>
  JSON.stringify([totals, rttNs, throughput, cpu]);

type Timed = Pick<RunResult, "startedAt" | "window">;

/** The start and the end of what a result measured, in ms. */
function spanOf({ startedAt, window }: Timed): readonly [start: number, end: number] {
  const start = Date.parse(startedAt);
  return [start, start + window.warmupMs + window.durationMs];
}

/** Whether two results were measured at the same time: they shared a server or a machine. */
export const overlap = (one: Timed, other: Timed): boolean => {
  const [first, second] = [spanOf(one), spanOf(other)];
  return first[0] === second[0] || (first[0] < second[1] && second[0] < first[1]);
};
