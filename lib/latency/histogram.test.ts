import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { latencies, recorded } from "./histogram.fixture.ts";
import { HIGHEST_NS, LatencyHistogram } from "./histogram.ts";
import { summarizeLatency } from "./latency-summary.ts";

describe("LatencyHistogram", () => {
  test("gives the percentiles of what was added in between, an overflow included", () => {
    fc.assert(
      fc.property(latencies, latencies, fc.nat(3), (earlier, later, overflows) => {
        const added = [...later, ...Array.from({ length: overflows }, () => 70e9)];
        const between = new LatencyHistogram();
        between.become(recorded([...earlier, ...added]), recorded(earlier));
        // The maximum is that of all samples, so only a value that it cuts short may differ.
        const alone = recorded(added);
        alone.range = { ...alone.range, max: between.range.max };
        expect(between.valuesAt(50, 99, 99.99)).toEqual(alone.valuesAt(50, 99, 99.99));
      }),
    );
    expect(new LatencyHistogram().valuesAt(50, 100)).toEqual([0, 0]);
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

  test("counts latencies of 0, before and after others, and merged with those that have none", () => {
    const values = [0, 1_000, 0, 2_000, 0];
    expect(summarizeLatency(recorded(values))).toMatchObject({ count: 5, min: 0, p50: 0, max: 2_000 });
    const merged = recorded([1_000, 2_000]);
    merged.add(recorded([0, 0, 0]));
    expect(summarizeLatency(merged)).toEqual(summarizeLatency(recorded(values)));
  });

  test("counts what is above 60 s, and keeps the exact maximum", () => {
    const histogram = recorded([1_000, 61e9]);
    expect(histogram.overflow).toBe(1);
    expect(summarizeLatency(histogram)).toMatchObject({ count: 2, min: 1_000, max: 61e9 });
    expect(histogram.valuesAt(100)[0]).toBeWithin(HIGHEST_NS, HIGHEST_NS * 1.001);
    expect(summarizeLatency(recorded([61e9, 62e9]))).toMatchObject({ count: 2, min: 61e9, max: 62e9, stddev: 0 });
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

  test("its bars hold every sample once, an overflow in the last one", () => {
    const values = fc
      .tuple(latencies, fc.array(fc.constant(61e9), { maxLength: 3 }))
      .map(([low, high]) => [...low, ...high]);
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 20 }), (all, count) => {
        const bars = recorded(all).bars(count);
        expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(all.length);
        expect(bars.length).toBeLessThanOrEqual(count);
      }),
    );
    expect(recorded([61e9, 62e9]).bars(5)).toEqual([{ fromNs: HIGHEST_NS, toNs: HIGHEST_NS, count: 2 }]);
  });
});
