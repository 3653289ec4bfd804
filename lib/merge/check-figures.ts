import type { LatencySummary } from "../latency/latency-summary.ts";
import { decodeHistogram } from "../result/decoded-result.ts";
import { percentiles } from "../latency/percentiles.ts";
import { hasMessages, waysOf } from "../result/load-modes.ts";
import type { RunResult } from "../result/run-result.ts";
import { isCutShort } from "../result/verdict.ts";
import { formatDuration } from "../text/format-units.ts";

/** More bytes in a millisecond than any machine moves. */
const MOST_PER_MS = 1e9;

/** Ten years. */
const LONGEST_MS = 3.2e11;

/** How far rows and totals may be apart: a result that is written while the load goes on reads them one after the other. */
const ROWS_APART = { messages: 1_000, bytesReceived: 100e6 };

/** Timers end rows late, and the last one after the window has closed. */
const ROW_LATE_MS = 1_000;

/** Counts and times are never so large, added up over all connections of a long run; nor are bytes. */
const MOST = 1e15;
const MOST_BYTES = 1e18;

function latencyFault(name: string, summary: LatencySummary): string | undefined {
  const { count, min, max } = summary;
  if (count === 0) return undefined;
  if (min > max) return `${name}: min ${min} is above max ${max}`;
  const values = percentiles.map(({ field }) => [field, summary[field]] as const);
  const wrong = values.find(([, value], i) => value > max || value < (values[i - 1]?.[1] ?? 0));
  return wrong && `${name}: ${wrong[0]} ${wrong[1]} is not between the percentile below it and max ${max}`;
}

/** Rows follow each other and have all that the totals have, once the load is over. */
function rowFault(result: RunResult): string | undefined {
  const { intervals, totals, errors, aborted } = result;
  const { durationMs } = result.window;
  const backwards = intervals.findIndex(({ startMs, endMs }) => endMs < startMs);
  if (backwards >= 0) return `intervals.${backwards}: it ends before it starts`;
  const late = intervals.findIndex(({ endMs }) => endMs > 1.01 * durationMs + ROW_LATE_MS);
  if (late >= 0) {
    return `intervals.${late}: it ends at ${intervals[late]?.endMs} ms, and the window at ${durationMs} ms`;
  }
  const apart = intervals.findIndex(({ startMs }, i) => startMs !== (intervals[i - 1]?.endMs ?? 0));
  if (apart === 0) return `intervals.0: it starts at ${intervals[0]?.startMs} ms, and the window at 0`;
  if (apart > 0) return `intervals.${apart}: it does not start where the row before it ends`;
  const rows = {
    messages: intervals.reduce((sum, { messages }) => sum + messages, 0),
    bytesReceived: intervals.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const isWhole = !isCutShort(result) && !aborted;
  const isFar = ([name, sum]: [keyof typeof rows, number]): boolean =>
    isWhole ? sum !== totals[name] : sum > 1.01 * totals[name] + ROWS_APART[name];
  const wrong = (Object.entries(rows) as Array<[keyof typeof rows, number]>).find(isFar);
  if (wrong) return `totals.${wrong[0]}: ${totals[wrong[0]]}, but its rows have ${wrong[1]}`;
  // What fails after the window is in no row.
  const failed = intervals.reduce((sum, row) => sum + row.errors, 0);
  return isWhole && failed > errors.total ? `errors.total: ${errors.total}, but its rows have ${failed}` : undefined;
}

/** Where a number is that a sum could not take. @param at its path */
function hugeFault(value: unknown, at: string): string | undefined {
  if (typeof value === "number") {
    const most = /(bytes|Bps|bytesPerSecond)$/i.test(at) ? MOST_BYTES : MOST;
    return value > most ? `${at}: ${value} is no figure of a run` : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const fault = hugeFault(inner, at === "" ? key : `${at}.${key}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function totalFault({ options, totals, window: { durationMs } }: RunResult): string | undefined {
  // Those of churn may have been established before the window.
  if (options["mode"] !== "churn" && totals.connections === 0 && totals.bytesReceived > 0)
    return "totals.connections: 0, and yet bytes came";
  const found = Object.entries(totals).find(([, total]) => total > MOST_PER_MS * Math.max(1, durationMs));
  return found && `totals.${found[0]}: no machine does ${found[1]} in ${formatDuration(Math.round(durationMs))}`;
}

/** What came one way or the other is what came. */
function wayFault({ options, ways, totals }: RunResult): string | undefined {
  const wanted = waysOf(options["mode"]);
  const lost = wanted.find((way) => !ways?.[way]);
  if (lost) return `ways.${lost}: expected with mode ${String(options["mode"])}`;
  const bytes = wanted.reduce((sum, way) => sum + (ways?.[way]?.bytes ?? 0), 0);
  const isApart = wanted.length > 0 && Math.abs(bytes - totals.bytesReceived) > 0.05 * bytes + ROWS_APART.bytesReceived;
  return isApart ? `ways: their ${bytes} bytes are not totals.bytesReceived, ${totals.bytesReceived}` : undefined;
}

/** Each message that came back has a round trip. */
function countFault({ options, totals, rttNs }: RunResult): string | undefined {
  if (!hasMessages(options["mode"])) return undefined;
  if (totals.messages !== rttNs.count) {
    return `totals.messages: ${totals.messages} are not those of the ${rttNs.count} round trips`;
  }
  if (totals.bytesReceived < totals.messages) {
    return `totals.bytesReceived: ${totals.bytesReceived} are too few for ${totals.messages} messages`;
  }
  return undefined;
}

/** Each error is of one kind. */
function errorFault({ errors: { total, byKind } }: RunResult): string | undefined {
  const sum = Object.values(byKind).reduce((before, count) => before + count, 0);
  return sum === total ? undefined : `errors.total: ${total}, but ${sum} by kind`;
}

/** Each summary is of its histogram. */
function histogramFault(result: RunResult): string | undefined {
  const { rttNs, connectNs, serviceNs, windowWaitNs, sendLagNs, lifeNs, histograms } = result;
  const summaries = {
    ...{ rtt: rttNs, connect: connectNs, life: lifeNs },
    ...{ service: serviceNs, windowWait: windowWaitNs, sendLag: sendLagNs },
  };
  for (const [name, summary] of Object.entries(summaries)) {
    const [place, encoded] = [`histograms.${name}`, histograms[name]];
    const counted = encoded === undefined ? 0 : decodeHistogram(place, encoded).moments.count;
    if (summary && counted !== summary.count) return `${place}: it has ${counted} of ${summary.count} samples`;
  }
  return undefined;
}

/**
 * Checks what the figures of a result say of each other, as a sum hides whose figure was impossible.
 * @throws Error with the figure that cannot be
 */
export function checkFigures(result: RunResult): void {
  const { rttNs, connectNs, window, tcpInfo, harness, fastOpen, errors, intervals, sizes, ways } = result;
  const fault =
    (window.durationMs > LONGEST_MS ? `window.durationMs: ${window.durationMs} is no length of a window` : undefined) ??
    totalFault(result) ??
    hugeFault({ tcpInfo, harness, fastOpen, errors, intervals, sizes, rttNs, connectNs, ways }, "") ??
    latencyFault("rttNs", rttNs) ??
    latencyFault("connectNs", connectNs) ??
    wayFault(result) ??
    countFault(result) ??
    histogramFault(result) ??
    errorFault(result) ??
    rowFault(result);
  if (fault !== undefined) throw new Error(fault);
}
