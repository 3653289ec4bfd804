import { exitCodes } from "../errors.ts";
import type { Merged, MergedPart, RunResult } from "../result/run-result.ts";
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
export function countsOf({ intervals }: RunResult): CountedRow[] {
  return intervals.map(({ startMs, endMs, messages, bytes }) => ({ startMs, endMs, messages, bytes }));
}

const isCutShort = ({ result }: Part): boolean =>
  result.verdict === "interrupted" || result.exitCode === exitCodes.interrupted;

/** What the common window has to know of a part. */
export const toTimed = (part: Part): TimedPart => {
  const { totals, window } = part.result;
  return {
    openedMs: part.openedUs / 1_000,
    durationMs: window.durationMs,
    isCutShort: isCutShort(part),
    rows: part.rows,
    messages: totals.messages,
    bytes: totals.bytesReceived,
    bytesSent: totals.bytesSent,
    connections: totals.connections,
  };
};

function toMergedPart({ source, index, openedUs, result }: Part): MergedPart {
  const { startedAt, environment, labels, target, clock, window, totals, throughput, errors, warnings } = result;
  const { jitter: _, ...rttNs } = result.rttNs;
  return {
    ...{ source, index, startedAt, environment, labels, address: target.address, clock, openedAt: openedUs },
    ...{ durationMs: window.durationMs, connections: totals.connections, messages: totals.messages },
    ...{ bytesReceived: totals.bytesReceived, messagesPerSecond: throughput.messagesPerSecond },
    ...{ bytesPerSecond: throughput.bytesPerSecond, rttNs, errors: errors.total },
    ...{ warnings: warnings.map(({ code }) => code), verdict: result.verdict, reason: result.reason },
  };
}

/** The length of the window that was asked for; undefined where a count ends it. */
function askedMs({ options: { duration, messages, bytes } }: RunResult): number | undefined {
  return typeof duration === "number" && messages === undefined && bytes === undefined ? duration : undefined;
}

/** The part of the window asked for, or else of the longest one, in which all shards ran. */
function commonShareOf(parts: readonly Part[], { startMs, endMs }: CommonWindow): number {
  const [first] = parts;
  const longestMs = Math.max(...parts.map(({ result }) => result.window.durationMs));
  const wholeMs = (first && askedMs(first.result)) ?? longestMs;
  return wholeMs > 0 ? Math.min(1, (endMs - startMs) / wholeMs) : 0;
}

/** What a merged result was made of. @param parts by index */
export function describeMerge(parts: readonly Part[], window: CommonWindow, allowedMissing: number): Merged {
  const { run = "", of = 0 } = parts[0]?.result.shard ?? {};
  const indexes = new Set(parts.map(({ index }) => index));
  return {
    ...{ run, of, allowedMissing },
    missing: Array.from({ length: of }, (_, i) => i + 1).filter((index) => !indexes.has(index)),
    cutShort: parts.filter(isCutShort).map(({ index }) => index),
    commonShare: commonShareOf(parts, window),
    parts: parts.map(toMergedPart),
  };
}
