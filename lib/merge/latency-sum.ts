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
const PAGE = 128;

/** Above this, a page takes twice the room. */
const MOST_OF_U32 = 2 ** 32 - 1;

/** Counts of latencies for a row of a time series, of which many are kept at a time: only pages in use take room. */
export class SparseCounts {
  readonly #pages: Array<Uint32Array | Float64Array | undefined> = [];

  readonly #add = (index: number, count: number): void => this.#change(index, count);
  readonly #takeAway = (index: number, count: number): void => this.#change(index, -count);

  /**
   * Adds an encoded histogram.
   * @param sign -1 takes away what was added
   * @throws Error when it is none; then nothing is added
   */
  add(encoded: string, sign: 1 | -1 = 1): void {
    decodeBuckets(encoded, sign > 0 ? this.#add : this.#takeAway);
  }

  #change(index: number, count: number): void {
    const number = Math.floor(index / PAGE);
    const page = (this.#pages[number] ??= new Uint32Array(PAGE));
    const sum = (page[index % PAGE] as number) + count;
    page[index % PAGE] = sum;
    if (sum > MOST_OF_U32 && page instanceof Uint32Array) {
      const roomy = Float64Array.from(page);
      roomy[index % PAGE] = sum;
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
