import { expect, test } from "bun:test";
import fc from "fast-check";
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import { latencyPercentiles } from "./hdr.ts";
import { decodeLatency, encodeLatency } from "./hdr-encoding.ts";
import { latencies, recorded } from "./histogram.fixture.ts";
import { HIGHEST_NS, SIGNIFICANT_DIGITS } from "./histogram.ts";
import { summarizeLatency } from "./latency-summary.ts";

test("the encoding is read by HdrHistogram's own decoder", () => {
  const values = [150, 1_000, 2_500_000, 1_000_000_000];
  const decoded = decodeFromCompressedBase64(encodeLatency(recorded(values)), 64);
  expect(decoded.totalCount).toBe(4);
  expect(decoded.getValueAtPercentile(50)).toBe(summarizeLatency(recorded(values)).p50);
});

test("what was encoded reads back to the same figures, bars and percentile text once its range is restored", () => {
  fc.assert(
    fc.property(latencies, fc.nat(2), (values, overflows) => {
      const histogram = recorded([...values, ...Array.from({ length: overflows }, () => 70e9)]);
      const decoded = decodeLatency(encodeLatency(histogram));
      decoded.range = histogram.range;
      expect(summarizeLatency(decoded)).toEqual(summarizeLatency(histogram));
      expect(decoded.bars(12)).toEqual(histogram.bars(12));
      expect(latencyPercentiles(decoded)).toBe(latencyPercentiles(histogram));
    }),
  );
});

test.each(["", "HISTFAAA", "bm90IGEgaGlzdG9ncmFt", "%%%"])("%p is no histogram", (text) =>
  expect(() => decodeLatency(text)).toThrow(),
);

test("HdrHistogram's own encoding of the same counts reads back to them", () => {
  fc.assert(
    fc.property(latencies, fc.integer({ min: 1, max: 2 ** 40 }), (values, count) => {
      const theirs = build({
        bitBucketSize: 64,
        lowestDiscernibleValue: 1,
        highestTrackableValue: HIGHEST_NS,
        numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      });
      const ours = recorded(values);
      for (const value of values) theirs.recordValue(value);
      const [first = 1] = values;
      theirs.recordValueWithCount(first, count);
      ours.record(first, count);
      expect(encodeLatency(decodeLatency(encodeIntoCompressedBase64(theirs)))).toBe(encodeLatency(ours));
    }),
  );
});

test("what is cut short is no histogram", () => {
  const bytes = Buffer.from(encodeLatency(recorded([150, 1_000, 2_500_000])), "base64");
  for (let length = 0; length < bytes.length - 1; length++) {
    expect(() => decodeLatency(bytes.toString("base64", 0, length))).toThrow();
  }
});
