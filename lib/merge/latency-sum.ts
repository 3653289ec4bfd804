import { decodeBuckets, decodeLatency } from "../latency/hdr-encoding.ts";
import type { LatencyHistogram, LatencyRange } from "../latency/histogram.ts";

/**
 * Adds an encoded histogram to another one.
 * @param range exact, which the encoding has not
 * @throws Error when it is none
 */
export function addEncoded(sum: LatencyHistogram, encoded: string, range: LatencyRange): void {
  const histogram = decodeLatency(encoded);
  histogram.range = range;
  sum.add(histogram);
}

/** Buckets of a page: few, as most rows of a time series have only some of them. */
const PAGE = 256;

/** Counts of latencies for a row of a time series, of which many are kept at a time: only pages in use take room. */
export class SparseCounts {
  readonly #pages: Array<Float64Array | undefined> = [];

  /** Adds an encoded histogram. @throws Error when it is none */
  add(encoded: string): void {
    decodeBuckets(encoded, this.#see);
  }

  readonly #see = (index: number, count: number): void => {
    const page = (this.#pages[Math.floor(index / PAGE)] ??= new Float64Array(PAGE));
    (page[index % PAGE] as number) += count;
  };

  /** Writes the counts into a histogram that is empty. */
  writeTo(histogram: LatencyHistogram): void {
    this.#pages.forEach((page, i) => {
      page?.forEach((count, at) => {
        if (count > 0) histogram.recordBucket(i * PAGE + at, count);
      });
    });
  }
}
