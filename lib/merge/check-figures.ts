import type { LatencySummary } from "../latency/latency-summary.ts";
import { decodeHistogram } from "../result/decoded-result.ts";
import { hasMessages } from "../result/load-modes.ts";
import type { RunResult } from "../result/run-result.ts";
import { formatDuration } from "../text/format-units.ts";

/** More bytes in a millisecond than any machine moves. */
const MOST_PER_MS = 1e9;

/** Ten years. */
const LONGEST_MS = 3.2e11;

/** A result that is written while the load goes on reads its counters one after the other. */
const READ_APART = { share: 0.01, messages: 1_000 };

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

/** Each message that came back has its round trip in the histogram. */
function countFault({ options, totals, rttNs, histograms }: RunResult): string | undefined {
  if (!hasMessages(options["mode"])) return undefined;
  const apart = Math.max(READ_APART.messages, READ_APART.share * rttNs.count);
  if (Math.abs(totals.messages - rttNs.count) > apart) {
    return `totals.messages: ${totals.messages} are not those of the ${rttNs.count} round trips`;
  }
  const counted =
    histograms["rtt"] === undefined ? 0 : decodeHistogram("histograms.rtt", histograms["rtt"]).moments.count;
  return counted === rttNs.count ? undefined : `histograms.rtt: it has ${counted} of ${rttNs.count} round trips`;
}

/**
 * Checks what the figures of a result say of each other, as a sum hides whose figure was impossible.
 * @throws Error with the figure that cannot be
 */
export function checkFigures(result: RunResult): void {
  const { rttNs, connectNs, window } = result;
  const fault =
    (window.durationMs > LONGEST_MS ? `window.durationMs: ${window.durationMs} is no length of a window` : undefined) ??
    totalFault(result) ??
    latencyFault("rttNs", rttNs) ??
    latencyFault("connectNs", connectNs) ??
    rowFault(result) ??
    countFault(result);
  if (fault !== undefined) throw new Error(fault);
}
