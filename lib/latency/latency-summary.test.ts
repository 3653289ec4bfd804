import { expect, test } from "bun:test";
import fc from "fast-check";
import { build } from "hdr-histogram-js";
import { latencies, recorded } from "./histogram.fixture.ts";
import { percentileCurve, summarizeLatency } from "./latency-summary.ts";
import { percentiles } from "./percentiles.ts";

/** The same values in HdrHistogram, some of them many times over. */
function reference(values: readonly number[]) {
  const hdr = build({ bitBucketSize: 64, lowestDiscernibleValue: 1, highestTrackableValue: 60e9 });
  for (const value of values) hdr.recordValue(value);
  return hdr;
}

test("the summary is the one that HdrHistogram gives of the same values, with exact ends", () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const { count, min, max, mean, stddev, ...given } = summarizeLatency(recorded(values));
      const hdr = reference(values);
      expect({ count, min, max }).toEqual({
        ...{ count: values.length, min: Math.min(...values), max: Math.max(...values) },
      });
      const nearest = Math.min(Math.max(hdr.mean, min), max);
      expect(Math.abs(mean - nearest)).toBeLessThanOrEqual(0.5 + hdr.mean * 1e-12);
      expect(Math.abs(stddev - hdr.stdDeviation)).toBeLessThanOrEqual(0.5 + hdr.mean * 1e-9);
      for (const { field, percent } of percentiles) {
        expect(`${field} ${given[field]}`).toBe(`${field} ${Math.min(hdr.getValueAtPercentile(percent), max)}`);
      }
    }),
  );
});

test.each([
  ["the upper end of the values that are counted together", [55_133, 55_133]],
  ["their lower end", [55_040]],
  ["more than the highest value", [61e9, 62e9]],
])("mean and percentiles of samples at %s lie between minimum and maximum", (_, values) => {
  const { min, max, mean, ...summary } = summarizeLatency(recorded(values));
  for (const value of [mean, ...percentiles.map(({ field }) => summary[field])]) expect(value).toBeWithin(min, max + 1);
});

test("a percentile of a round number of samples asks for none too many, whatever the rounding of its share", () => {
  // 99.9 / 100 * 1000 is 999.0000000000001 in doubles.
  const values = Array.from({ length: 1_000 }, (_, i) => (i + 1) * 1_000_000);
  expect(summarizeLatency(recorded(values)).p99_9).toBe(reference(values).getValueAtPercentile(99.9));
  for (const length of [10, 100, 1_000, 10_000, 100_000]) {
    const histogram = recorded(Array.from({ length }, (_, i) => i + 1));
    const hdr = reference(Array.from({ length }, (_, i) => i + 1));
    for (const { field, percent } of percentiles) {
      expect(summarizeLatency(histogram)[field]).toBe(Math.min(length, hdr.getValueAtPercentile(percent)));
    }
  }
});

test("the curve begins at the smallest sample, rises, and follows HdrHistogram's percentiles", () => {
  fc.assert(
    fc.property(latencies, (values) => {
      const [first, ...more] = percentileCurve(recorded(values));
      const hdr = reference(values);
      const max = Math.max(...values);
      expect(first).toEqual({ x: 1, ns: Math.min(...values) });
      expect(more.map(({ ns }) => ns)).toEqual(
        more.map(({ x }) => Math.min(hdr.getValueAtPercentile(100 * (1 - 1 / x)), max)),
      );
      expect(more.at(-1)?.x ?? 1).toBeLessThanOrEqual(values.length * (1 + 1e-9));
    }),
  );
  expect(percentileCurve(recorded([]))).toEqual([]);
});
