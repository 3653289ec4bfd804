import { describe, expect, test } from "bun:test";
import { encodeLatency } from "../latency/hdr-encoding.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { figuresOfRows } from "./row-figures.ts";
import { resultOf } from "./run-result.fixture.ts";
import type { Interval } from "./run-result.ts";

const [anyRow] = resultOf().intervals;

function rowOf(startMs: number, endMs: number, roundTripsNs: readonly number[], changes: Partial<Interval>): Interval {
  if (!anyRow) throw new Error("the fixture has rows");
  const rtt = new LatencyHistogram();
  for (const ns of roundTripsNs) rtt.record(ns);
  const histogram = roundTripsNs.length > 0 ? encodeLatency(rtt) : null;
  const { p50, p99, max } = summarizeLatency(rtt);
  return { ...anyRow, ...{ startMs, endMs, histogram, rttNs: { p50, p99, max } }, ...changes };
}

const one = rowOf(1_000, 2_000, [50_000, 60_000], { messages: 2, bytes: 2_048, errors: 1, retransmits: 3 });
const other = rowOf(2_000, 4_000, [1_234_567], { messages: 1, bytes: 1_024, errors: 4, retransmits: 2 });

describe("figuresOfRows", () => {
  test("adds up rows; rates are over their time", () => {
    const { totals, throughput, errors, tcpInfo } = figuresOfRows([one, other]);
    expect(totals).toEqual({ messages: 3, bytesReceived: 3_072 });
    expect(throughput).toEqual({ messagesPerSecond: 1, bytesPerSecond: 1_024 });
    expect({ errors, tcpInfo }).toEqual({ errors: { total: 5 }, tcpInfo: { retransmits: 5 } });
  });

  test("has percentiles of all round trips and their exact maximum", () => {
    const { rttNs } = figuresOfRows([one, other]);
    expect(rttNs).toMatchObject({ count: 3, max: 1_234_567, p99: 1_234_567 });
    expect(rttNs.p50).toBeWithin(60_000, 60_100);
    expect(rttNs.min).toBeWithin(49_900, 50_001);
  });

  test("of rows without messages there are no round trips, and of rows without the kernel's figures none of those", () => {
    const empty = rowOf(0, 1_000, [], { messages: 0, bytes: 0, retransmits: null });
    expect(figuresOfRows([empty]).rttNs).toMatchObject({ count: 0, max: 0, p99: 0 });
    expect(figuresOfRows([one, empty])).toMatchObject({ tcpInfo: null, rttNs: { count: 2 } });
  });
});
