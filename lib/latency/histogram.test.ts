import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { build, decodeFromCompressedBase64 } from "hdr-histogram-js";
import { LatencyHistogram } from "./histogram.ts";
import { encodeLatency, summarizeLatency } from "./latency-summary.ts";

const latencies = fc.array(fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 60e9 })), {
  minLength: 1,
  maxLength: 300,
});

function recorded(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function reference(values: readonly number[]) {
  const hdr = build({ bitBucketSize: 64, lowestDiscernibleValue: 1, highestTrackableValue: 60e9 });
  for (const value of values) hdr.recordValue(value);
  return hdr;
}

describe("LatencyHistogram", () => {
  test("gives those of what was added in between just as well, and of an overflow", () => {
    fc.assert(
      fc.property(latencies, latencies, fc.nat(3), (earlier, later, overflows) => {
        const before = recorded(earlier);
        const now = recorded([...earlier, ...later, ...Array.from({ length: overflows }, () => 70e9)]);
        const between = new LatencyHistogram();
        between.become(now, before);
        const { p50, p99, p99_99 } = summarizeLatency(between);
        const [a, b, c] = between.valuesAt(50, 99, 99.99);
        expect([a, b, c]).toEqual([p50, p99, p99_99]);
      }),
    );
    expect(new LatencyHistogram().valuesAt(50, 100)).toEqual([0, 0]);
  });

  test("gives the percentiles that HdrHistogram gives for the same values", () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const summary = summarizeLatency(recorded(values));
        const hdr = reference(values);
        const max = Math.max(...values);
        expect(summary.count).toBe(values.length);
        expect(summary.p50).toBe(Math.min(hdr.getValueAtPercentile(50), max));
        expect(summary.p99).toBe(Math.min(hdr.getValueAtPercentile(99), max));
        expect(summary.p99_99).toBe(Math.min(hdr.getValueAtPercentile(99.99), max));
        expect(summary.min).toBe(Math.min(...values));
        expect(summary.max).toBe(max);
      }),
    );
  });

  test("merged from parts it is the same as recorded at once, in any split", () => {
    fc.assert(
      fc.property(latencies, fc.nat(), (values, cut) => {
        const at = cut % (values.length + 1);
        const merged = recorded(values.slice(0, at));
        merged.add(recorded(values.slice(at)));
        expect(summarizeLatency(merged)).toEqual(summarizeLatency(recorded(values)));
      }),
    );
  });

  test("what was added can be taken away again", () => {
    const all = recorded([100, 200, 300_000]);
    all.add(recorded([100, 200]), -1);
    expect(summarizeLatency(all).count).toBe(1);
    expect(summarizeLatency(all).p50).toBeWithin(299_000, 301_000);
  });

  test("its encoding is read by HdrHistogram's decoder", () => {
    const values = [150, 1_000, 2_500_000, 1_000_000_000];
    const decoded = decodeFromCompressedBase64(encodeLatency(recorded(values)), 64);
    expect(decoded.totalCount).toBe(4);
    expect(decoded.getValueAtPercentile(50)).toBe(reference(values).getValueAtPercentile(50));
  });

  test("counts what is above 60 s, and keeps the exact maximum", () => {
    const histogram = recorded([1_000, 61e9]);
    expect(histogram.overflow).toBe(1);
    expect(summarizeLatency(histogram)).toMatchObject({ count: 2, max: 61e9 });
  });

  test("is all zeros while nothing was recorded", () => {
    const values = Object.values(summarizeLatency(new LatencyHistogram()));
    expect(values.every((value) => value === 0)).toBe(true);
    expect(new LatencyHistogram().bars(5)).toEqual([]);
  });

  test("two views of one memory see each other's counts, as threads do", () => {
    const cells = new Float64Array(new SharedArrayBuffer(8 * 40_000));
    new LatencyHistogram(cells).record(5_000);
    expect(summarizeLatency(new LatencyHistogram(cells)).count).toBe(1);
  });

  test("its bars hold every sample once", () => {
    fc.assert(
      fc.property(latencies, fc.integer({ min: 1, max: 20 }), (values, count) => {
        const bars = recorded(values).bars(count);
        expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(values.length);
        expect(bars.length).toBeLessThanOrEqual(count);
      }),
    );
  });
});
