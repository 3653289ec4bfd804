import type { LatencySummary } from "../latency/latency-summary.ts";
import type { RunResult } from "../result/run-result.ts";
import { formatDuration } from "../text/format-units.ts";

/** More bytes in a millisecond than any machine moves. */
const MOST_PER_MS = 1e9;

function latencyFault(name: string, { count, min, max }: LatencySummary): string | undefined {
  return count > 0 && min > max ? `${name}: min ${min} is above max ${max}` : undefined;
}

function rowFault({ intervals }: RunResult): string | undefined {
  const at = intervals.findIndex(({ startMs, endMs }) => endMs < startMs);
  return at < 0 ? undefined : `intervals.${at}: it ends before it starts`;
}

function totalFault({ totals, window: { durationMs } }: RunResult): string | undefined {
  const found = Object.entries(totals).find(([, total]) => total > MOST_PER_MS * Math.max(1, durationMs));
  return found && `totals.${found[0]}: no machine does ${found[1]} in ${formatDuration(Math.round(durationMs))}`;
}

/**
 * Checks what the figures of a result say of each other, as a sum hides whose figure was impossible.
 * @throws Error with the figure that cannot be
 */
export function checkFigures(result: RunResult): void {
  const { rttNs, connectNs, histograms } = result;
  const fault =
    totalFault(result) ??
    latencyFault("rttNs", rttNs) ??
    latencyFault("connectNs", connectNs) ??
    rowFault(result) ??
    (rttNs.count > 0 && histograms["rtt"] === undefined
      ? "histograms.rtt: expected that of its round trips"
      : undefined);
  if (fault !== undefined) throw new Error(fault);
}
