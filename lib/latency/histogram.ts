import { addCells, indexOfRank, subtractCells, sumCells } from "./histogram-cells.ts";

/** Latencies above this are counted as overflow; summaries and exports count them with this value. */
export const HIGHEST_NS = 60e9;

/** Values that differ by a thousandth or more are counted apart. */
export const SIGNIFICANT_DIGITS = 3;

/** The first 2 x 10^3 values have a count each, then each doubling of the value doubles the step (HdrHistogram). */
const SUB_BUCKET_BITS = 11;
/** A shift, as a power is a double to JavaScriptCore: an index that is one makes recording five times slower. */
const HALF = 1 << (SUB_BUCKET_BITS - 1);

/** Where a value is counted: HdrHistogram's own index for a lowest discernible value of 1. */
export function countIndexOf(ns: number): number {
  const high = Math.floor(ns / 2 ** 32);
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(ns);
  const bucket = Math.max(0, bits - SUB_BUCKET_BITS);
  return (bucket * HALF + (high > 0 ? Math.floor(ns / 2 ** bucket) : ns >>> bucket)) | 0;
}

/** The smallest value that is counted at an index. */
function lowestValueAt(index: number): number {
  const bucket = Math.max(0, Math.floor(index / HALF) - 1);
  return (index - bucket * HALF) * 2 ** bucket;
}

/** The value that represents all values of an index in sums, as in HdrHistogram. */
const middleValueAt = (index: number): number =>
  lowestValueAt(index) + Math.floor((lowestValueAt(index + 1) - lowestValueAt(index)) / 2);

/** Buckets of a histogram, the index of each below this. */
export const HISTOGRAM_COUNTS = countIndexOf(HIGHEST_NS) + 1;

const COUNTS = HISTOGRAM_COUNTS;
const OVERFLOW = COUNTS;
/** The smallest latency plus 1: a cell of 0 is none, and a latency may be 0. */
const MIN = COUNTS + 1;
const MAX = COUNTS + 2;

/** Numbers that the shared memory of one histogram holds. */
export const HISTOGRAM_CELLS = COUNTS + 3;

/** Distance from a positive number to the next larger double (unit in the last place). */
const ulp = (value: number): number => 2 ** (Math.floor(Math.log2(value)) - 52);

/** How many samples lie at or below a percentile. As in HdrHistogram, a rounding error does not ask for one more. */
function rankOf(percentile: number, total: number): number {
  const exact = (percentile / 100) * total;
  return exact > 0 ? Math.max(1, Math.ceil(exact - ulp(exact))) : 1;
}

/** How many samples lie in a range of latencies, both ends in nanoseconds. */
export interface LatencyBar {
  readonly fromNs: number;
  readonly toNs: number;
  readonly count: number;
}

/** Smallest and largest latency in nanoseconds; 0 while nothing was recorded. */
export interface LatencyRange {
  readonly min: number;
  readonly max: number;
}

/** Number, mean and standard deviation of all samples; all 0 while nothing was recorded. */
export interface LatencyMoments {
  readonly count: number;
  readonly mean: number;
  readonly stddev: number;
}

/**
 * Counts of latencies in memory that threads share: the load thread records, any other thread may read at any time
 * without a lock. Cells are doubles, which hold whole numbers up to 2^53 and are never torn.
 */
export class LatencyHistogram {
  readonly #cells: Float64Array;

  /** @param cells `HISTOGRAM_CELLS` numbers, all 0 at first */
  constructor(cells: Float64Array = new Float64Array(HISTOGRAM_CELLS)) {
    this.#cells = cells;
  }

  /** Counts one latency, or several of the same: a whole number of nanoseconds of at least 0. */
  record(ns: number, count = 1): void {
    const cells = this.#cells;
    const at = ns <= HIGHEST_NS ? countIndexOf(ns) : OVERFLOW;
    // The casts hold: every index is inside the array, and TypeScript cannot know it.
    (cells[at] as number) += count;
    if (ns > (cells[MAX] as number)) cells[MAX] = ns;
    if (ns + 1 < (cells[MIN] as number) || cells[MIN] === 0) cells[MIN] = ns + 1;
  }

  /** Counts latencies of which only the bucket is known, as the lowest of that bucket. @param index below `HISTOGRAM_COUNTS` */
  recordBucket(index: number, count: number): void {
    this.record(lowestValueAt(index), count);
  }

  /** Adds the counts of another histogram. */
  add(other: LatencyHistogram): void {
    const cells = this.#cells;
    const theirs = other.#cells;
    addCells(cells, theirs, other.#firstIndex, other.#lastIndex);
    (cells[OVERFLOW] as number) += theirs[OVERFLOW] as number;
    const min = theirs[MIN] as number;
    if (min > 0 && (cells[MIN] === 0 || min < (cells[MIN] as number))) cells[MIN] = min;
    cells[MAX] = Math.max(cells[MAX] as number, theirs[MAX] as number);
  }

  /**
   * Becomes the difference between two states of the same counts. Minimum and maximum are those of `now`.
   * @param before the earlier state
   */
  become(now: LatencyHistogram, before: LatencyHistogram): void {
    this.clear();
    const cells = this.#cells;
    const [later, earlier] = [now.#cells, before.#cells];
    subtractCells(cells, later, earlier, now.#firstIndex, now.#lastIndex);
    cells[OVERFLOW] = (later[OVERFLOW] as number) - (earlier[OVERFLOW] as number);
    cells[MIN] = later[MIN] as number;
    cells[MAX] = later[MAX] as number;
  }

  /** Sets all counts to 0. Only those that are not are touched: memory that was not used for a second is slow. */
  clear(): void {
    const cells = this.#cells;
    cells.fill(0, this.#firstIndex, this.#lastIndex + 1);
    cells.fill(0, OVERFLOW);
  }

  get #firstIndex(): number {
    return countIndexOf(Math.min(this.range.min, HIGHEST_NS));
  }

  get #lastIndex(): number {
    return countIndexOf(Math.min(this.#cells[MAX] as number, HIGHEST_NS));
  }

  /**
   * The values below which these parts of the samples lie, to three digits, as HdrHistogram has them; 0 without samples.
   * @param percentiles from 0 to 100
   */
  valuesAt(...percentiles: readonly number[]): number[] {
    const cells = this.#cells;
    const [first, last, max] = [this.#firstIndex, this.#lastIndex, cells[MAX] as number];
    const total = this.count;
    if (total === 0) return percentiles.map(() => 0);
    return percentiles.map((percentile) => {
      const at = indexOfRank(cells, first, last, rankOf(percentile, total));
      return Math.min(lowestValueAt((at < 0 ? COUNTS - 1 : at) + 1) - 1, max);
    });
  }

  /** Mean and standard deviation come from the counts, so they are right to three digits. */
  get moments(): LatencyMoments {
    const cells = this.#cells;
    const [first, last] = [this.#firstIndex, this.#lastIndex];
    const overflow = cells[OVERFLOW] as number;
    const highest = middleValueAt(COUNTS - 1);
    let count = overflow;
    let sum = overflow * highest;
    for (let i = first; i <= last; i++) {
      count += cells[i] as number;
      sum += (cells[i] as number) * middleValueAt(i);
    }
    if (count === 0) return { count: 0, mean: 0, stddev: 0 };
    const mean = sum / count;
    let squares = overflow * (highest - mean) ** 2;
    for (let i = first; i <= last; i++) squares += (cells[i] as number) * (middleValueAt(i) - mean) ** 2;
    return { count, mean, stddev: Math.sqrt(squares / count) };
  }

  /** Number of all samples. */
  get count(): number {
    return sumCells(this.#cells, this.#firstIndex, this.#lastIndex) + this.overflow;
  }

  /** Number of samples above `HIGHEST_NS`. */
  get overflow(): number {
    return this.#cells[OVERFLOW] as number;
  }

  /** Exact, whatever the digits of the counts. */
  get range(): LatencyRange {
    return { min: Math.max(0, (this.#cells[MIN] as number) - 1), max: this.#cells[MAX] as number };
  }

  /** Restores the exact range of counts that were read from an encoding, which keeps three digits only. */
  set range({ min, max }: LatencyRange) {
    if (this.#cells[MIN] === 0) return;
    this.#cells[MIN] = min + 1;
    this.#cells[MAX] = max;
  }

  /** Calls `see` for every bucket that is not empty, in ascending order; an overflow counts in the highest one. */
  forEachBucket(see: (index: number, count: number) => void): void {
    const last = this.overflow > 0 ? COUNTS - 1 : this.#lastIndex;
    for (let i = this.#firstIndex | 0; i <= last; i++) {
      const count = (this.#cells[i] as number) + (i === COUNTS - 1 ? this.overflow : 0);
      if (count > 0) see(i, count);
    }
  }

  /** Calls `see` for every value that was counted, the lowest of those counted with it; an overflow is the highest. */
  forEach(see: (ns: number, count: number) => void): void {
    this.forEachBucket((index, count) => see(lowestValueAt(index), count));
  }

  /**
   * The counts in ranges of equal width on a logarithmic axis, from the smallest to the largest sample. The last range
   * holds the overflow too.
   * @param bars number of ranges at most
   */
  bars(bars: number): LatencyBar[] {
    if (this.#cells[MIN] === 0) return [];
    const max = Math.max(1, Math.min(this.range.max, HIGHEST_NS));
    const min = Math.max(1, Math.min(this.range.min, HIGHEST_NS));
    const step = Math.max((max / min) ** (1 / bars), 1 + 10 ** -SIGNIFICANT_DIGITS);
    const found: LatencyBar[] = [];
    for (let fromNs = min; found.length < bars; fromNs *= step) {
      const toNs = found.length === bars - 1 ? max : Math.min(fromNs * step, max);
      const first = found.length === 0 ? this.#firstIndex : countIndexOf(fromNs) + 1;
      let count = toNs === max ? this.overflow : 0;
      for (let i = first; i <= countIndexOf(toNs); i++) count += this.#cells[i] as number;
      found.push({ fromNs, toNs, count });
      if (toNs === max) break;
    }
    return found;
  }
}
