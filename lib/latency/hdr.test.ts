import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { decodeLatency, encodeLatency, latencyPercentiles } from "./hdr.ts";
import { latencies, recorded } from "./histogram.fixture.ts";
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
