import { decodeBuckets } from "../latency/hdr-encoding.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import { type LatencySummary, summarizeLatency } from "../latency/latency-summary.ts";
import type { Interval, RunResult } from "./run-result.ts";

/** The figures of a result that rows of its time series have too, under the same names. */
export interface RowFigures {
  readonly rttNs: LatencySummary;
  readonly totals: { readonly messages: number; readonly bytesReceived: number };
  readonly throughput: { readonly messagesPerSecond: number; readonly bytesPerSecond: number };
  readonly errors: { readonly total: number };
  /** null where a row does not know it */
  readonly tcpInfo: { readonly retransmits: number } | null;
  /** null of rows, whose retransmits are those of both ways */
  readonly ways: RunResult["ways"];
}

const sumOf = (rows: readonly Interval[], read: (row: Interval) => number): number =>
  rows.reduce((sum, row) => sum + read(row), 0);

/** The round trips of all rows. Their maximum is that of the rows, as an encoded histogram has three digits of it. */
function roundTripsOf(rows: readonly Interval[]): LatencySummary {
  const sum = new LatencyHistogram();
  for (const { histogram } of rows) {
    if (histogram === null) continue;
    const { indexes, counts, length } = decodeBuckets(histogram);
    for (let i = 0; i < length; i++) sum.recordBucket(indexes[i] as number, counts[i] as number);
  }
  const max = rows.reduce((highest, { rttNs }) => Math.max(highest, rttNs.max), sum.range.max);
  sum.range = { min: sum.range.min, max };
  return summarizeLatency(sum);
}

/**
 * What rows of a time series measured together; rates are over the time of the rows.
 * @param rows at least one
 * @throws Error when a histogram cannot be decoded
 */
export function figuresOfRows(rows: readonly Interval[]): RowFigures {
  const seconds = sumOf(rows, ({ startMs, endMs }) => endMs - startMs) / 1_000;
  const perSecond = (total: number): number => (seconds > 0 ? total / seconds : 0);
  const messages = sumOf(rows, (row) => row.messages);
  const bytesReceived = sumOf(rows, ({ bytes }) => bytes);
  const isCounted = rows.every(({ retransmits }) => retransmits !== null);
  return {
    rttNs: roundTripsOf(rows),
    totals: { messages, bytesReceived },
    throughput: { messagesPerSecond: perSecond(messages), bytesPerSecond: perSecond(bytesReceived) },
    errors: { total: sumOf(rows, ({ errors }) => errors) },
    tcpInfo: isCounted ? { retransmits: sumOf(rows, ({ retransmits }) => retransmits ?? 0) } : null,
    ways: null,
  };
}
