import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeLatency, encodeLatency } from "../latency/hdr-encoding.ts";
import { latencies, recorded } from "../latency/histogram.fixture.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { addEncoded, SparseCounts } from "./latency-sum.ts";

/** What was saved of a histogram: its encoding, and its exact range in a summary. */
const saved = (histogram: LatencyHistogram) => ({ encoded: encodeLatency(histogram), range: histogram.range });

type Saved = ReturnType<typeof saved>;

function sum(...parts: readonly Saved[]): LatencyHistogram {
  const total = new LatencyHistogram();
  for (const { encoded, range } of parts) addEncoded(total, encoded, range);
  return total;
}

const three = fc.tuple(latencies, latencies, latencies);

test("the sum of saved histograms is the histogram of all samples, whatever the order and the grouping", () => {
  fc.assert(
    fc.property(three, (samples) => {
      const [a, b, c] = samples.map((values) => saved(recorded(values))) as [Saved, Saved, Saved];
      const whole = recorded(samples.flat());
      for (const total of [sum(a, b, c), sum(c, a, b), sum(saved(sum(a, b)), c), sum(a, saved(sum(b, c)))]) {
        expect(summarizeLatency(total)).toEqual(summarizeLatency(whole));
        expect(encodeLatency(total)).toBe(encodeLatency(whole));
      }
    }),
  );
});

test("an empty histogram adds nothing, not even to the range", () => {
  const values = saved(recorded([5_000, 6_000]));
  expect(sum(saved(new LatencyHistogram()), values).range).toEqual({ min: 5_000, max: 6_000 });
  expect(sum(values, saved(new LatencyHistogram())).range).toEqual({ min: 5_000, max: 6_000 });
});

test("the counts of a row are the same in pages, beyond 32 bits too", () => {
  fc.assert(
    fc.property(latencies, fc.integer({ min: 1, max: 2 ** 40 }), (values, times) => {
      const histogram = recorded(values);
      histogram.record(values[0] ?? 0, times);
      const encoded = encodeLatency(histogram);
      const counts = new SparseCounts();
      counts.add(encoded);
      counts.add(encoded);
      const written = new LatencyHistogram();
      counts.writeTo(written);
      const twice = decodeLatency(encoded);
      twice.add(decodeLatency(encoded));
      expect(encodeLatency(written)).toBe(encodeLatency(twice));
    }),
  );
});
