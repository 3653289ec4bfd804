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

/** Buckets of a page, as a power of two: few, as most rows of a time series have only some of them. */
const PAGE_BITS = 7;
const PAGE = 1 << PAGE_BITS;

/** Above this, a page takes twice the room. */
const MOST_OF_U32 = 2 ** 32 - 1;

/** Counts of latencies for a row of a time series, of which many are kept at a time: only pages in use take room. */
export class SparseCounts {
  readonly #pages: Array<Uint32Array | Float64Array | undefined> = [];

  /**
   * Adds an encoded histogram.
   * @param sign -1 takes away what was added
   * @throws Error when it is none; then nothing is added
   */
  add(encoded: string, sign: 1 | -1 = 1): void {
    const { indexes, counts, length } = decodeBuckets(encoded);
    for (let i = 0; i < length; i++) this.#change(indexes[i] as number, sign * (counts[i] as number));
  }

  #change(index: number, count: number): void {
    const number = index >> PAGE_BITS;
    const at = index & (PAGE - 1);
    const page = (this.#pages[number] ??= new Uint32Array(PAGE));
    const sum = (page[at] as number) + count;
    page[at] = sum;
    if (sum > MOST_OF_U32 && page instanceof Uint32Array) {
      const roomy = Float64Array.from(page);
      roomy[at] = sum;
      this.#pages[number] = roomy;
    }
  }

  /** Writes the counts into a histogram that is empty. */
  writeTo(histogram: LatencyHistogram): void {
    this.#pages.forEach((page, i) => {
      page?.forEach((count, at) => {
        if (count > 0) histogram.recordBucket(i * PAGE + at, count);
      });
    });
  }
}
