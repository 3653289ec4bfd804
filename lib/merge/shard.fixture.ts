import { recorded } from "../latency/histogram.fixture.ts";
import { encodeLatency } from "../latency/hdr-encoding.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { resultOf } from "../result/run-result.fixture.ts";
import type { Interval, RunResult } from "../result/run-result.ts";
import { type MergeSettings, ShardMerge } from "./shard-merge.ts";

/** When the windows of all shards open, unless a test says otherwise. */
export const OPENED_US = 1_767_323_046_000_000;

/** A row of a time series with these round trips, of 100 bytes each. */
export function rowOf(second: number, values: readonly number[]): Interval {
  const histogram = recorded(values);
  const [p50 = 0, p99 = 0, max = 0] = histogram.valuesAt(50, 99, 100);
  return {
    ...{ startMs: second * 1_000, endMs: (second + 1) * 1_000, messages: values.length, bytes: values.length * 100 },
    uploadedBytes: null,
    ...{ rttNs: { p50, p99, max }, errors: 0, retransmits: 0, tcp: null },
    histogram: values.length > 0 ? encodeLatency(histogram) : null,
  };
}

/** The result of a shard with these round trips in each second of its window, of 100 bytes each. */
export function shardOf(
  index: number,
  of: number,
  seconds: ReadonlyArray<readonly number[]>,
  changes: Partial<RunResult> = {},
): RunResult {
  const values = seconds.flat();
  const histogram = recorded(values);
  const rttNs = { ...summarizeLatency(histogram), jitter: 1_000 };
  const connects = recorded([80_000]);
  const messages = values.length;
  const durationMs = seconds.length * 1_000;
  return resultOf({
    options: { mode: "echo", conns: of, size: 100, verify: true, duration: durationMs, expect: [] },
    shard: { index, of, run: "run" },
    window: { durationMs, warmupMs: 0, openedAt: OPENED_US },
    totals: { connections: 1, messages, bytesSent: messages * 100, bytesReceived: messages * 100 },
    throughput: {
      ...{ messagesPerSecond: messages / seconds.length, bytesPerSecond: (messages * 100) / seconds.length },
      ...{ sentBytesPerSecond: (messages * 100) / seconds.length, connectionsPerSecond: null },
    },
    ...{ rttNs, serviceNs: null, windowWaitNs: null, sendLagNs: null, lifeNs: null },
    ...{ sizes: [{ minBytes: 100, maxBytes: 100, messages, rttNs, histogram: encodeLatency(histogram) }], outages: [] },
    connectNs: summarizeLatency(connects),
    histograms: { rtt: encodeLatency(histogram), connect: encodeLatency(connects) },
    intervals: seconds.map((each, i) => rowOf(i, each)),
    ...changes,
  });
}

/** Merges results, in this order. */
export function merge(results: readonly RunResult[], settings: Partial<MergeSettings> = {}) {
  const merged = new ShardMerge();
  results.forEach((result, i) => merged.add({ source: `${i}.json`, result }));
  return merged.finish({ allowedMissing: 0, skewMs: 50, thresholds: [], ...settings });
}
