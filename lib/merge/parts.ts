import type { Merged, MergedPart, RunResult } from "../result/run-result.ts";
import { isCutShort } from "../result/verdict.ts";
import type { CommonWindow, CountedRow, TimedPart } from "./common-window.ts";

/** A result that was added: its rows are added up, and only their counts are kept. */
export interface Part {
  readonly source: string;
  readonly result: RunResult;
  readonly index: number;
  readonly openedUs: number;
  readonly rows: readonly CountedRow[];
}

/** The counts of a result's rows. */
export function countsOf({ intervals, ways }: RunResult): CountedRow[] {
  const isUpload = ways !== null && ways.download === null;
  return intervals.map(({ startMs, endMs, messages, bytes, uploadedBytes }) => ({
    ...{ startMs, endMs, messages, bytes, uploaded: isUpload ? bytes : (uploadedBytes ?? 0) },
  }));
}

/** What the common window has to know of a part. */
export const toTimed = (part: Part): TimedPart => {
  const { totals, window, ways } = part.result;
  return {
    openedMs: part.openedUs / 1_000,
    durationMs: window.durationMs,
    isCutShort: isCutShort(part.result),
    rows: part.rows,
    messages: totals.messages,
    bytes: totals.bytesReceived,
    uploaded: ways?.upload?.bytes ?? 0,
    bytesSent: totals.bytesSent,
    connections: totals.connections,
  };
};

function toMergedPart({ source, index, openedUs, result }: Part): MergedPart {
  const { startedAt, environment, labels, target, clock, window, totals, throughput, errors, warnings } = result;
  const { jitter: _, ...rttNs } = result.rttNs;
  return {
    ...{ source, index, startedAt, environment, labels, address: target.address, port: target.port, clock },
    openedAt: openedUs,
    ...{ durationMs: window.durationMs, connections: totals.connections, messages: totals.messages },
    ...{ bytesReceived: totals.bytesReceived, messagesPerSecond: throughput.messagesPerSecond },
    ...{ bytesPerSecond: throughput.bytesPerSecond, rttNs, errors: errors.total },
    ...{ warnings: warnings.map(({ code }) => code), verdict: result.verdict, reason: result.reason },
  };
}

/**
 * What the windows of all shards are to have in common: the duration that was asked for. Where a count ends a window, it
 * is the shortest one, as a shard that is done sooner than others has done its part.
 */
function wholeMsOf(parts: readonly Part[]): number {
  const { duration, messages, bytes } = parts[0]?.result.options ?? {};
  const windowsMs = parts.filter(({ result }) => !isCutShort(result)).map(({ result }) => result.window.durationMs);
  if (messages !== undefined || bytes !== undefined) return Math.min(...windowsMs);
  return typeof duration === "number" ? duration : Math.max(...windowsMs);
}

/** The part of that in which all shards ran. */
function commonShareOf(parts: readonly Part[], { startMs, endMs }: CommonWindow): number {
  const wholeMs = wholeMsOf(parts);
  return wholeMs > 0 ? Math.min(1, (endMs - startMs) / wholeMs) : 0;
}

/** What a merged result was made of. @param parts by index */
export function describeMerge(parts: readonly Part[], window: CommonWindow, allowedMissing: number): Merged {
  const { run = "", of = 0 } = parts[0]?.result.shard ?? {};
  const indexes = new Set(parts.map(({ index }) => index));
  const firstOpenedMs = Math.min(...parts.map(({ openedUs }) => openedUs / 1_000));
  return {
    ...{ run, of, allowedMissing },
    missing: Array.from({ length: of }, (_, i) => i + 1).filter((index) => !indexes.has(index)),
    cutShort: parts.filter(({ result }) => isCutShort(result)).map(({ index }) => index),
    commonStartMs: window.startMs - firstOpenedMs,
    commonShare: commonShareOf(parts, window),
    parts: parts.map(toMergedPart),
  };
}
