/** Latencies above this are counted as overflow. */
export const HIGHEST_NS = 60e9;

/** Latencies that differ by a thousandth are told apart. */
export const SIGNIFICANT_DIGITS = 3;

/** 2 x 10^3 values are told apart exactly, then each doubling of the value doubles the step (HdrHistogram). */
const SUB_BUCKET_BITS = 11;
const HALF = 2 ** (SUB_BUCKET_BITS - 1);

/** Where a value is counted: HdrHistogram's own index for a lowest discernible value of 1. */
export function countIndexOf(ns: number): number {
  const high = Math.floor(ns / 2 ** 32);
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(ns);
  const bucket = Math.max(0, bits - SUB_BUCKET_BITS);
  return bucket * HALF + Math.floor(ns / 2 ** bucket);
}

/** The smallest value that is counted at an index. */
function lowestValueAt(index: number): number {
  const bucket = Math.max(0, Math.floor(index / HALF) - 1);
  return (index - bucket * HALF) * 2 ** bucket;
}

const COUNTS = countIndexOf(HIGHEST_NS) + 1;
const OVERFLOW = COUNTS;
const MIN = COUNTS + 1;
const MAX = COUNTS + 2;

/** Numbers that one histogram's shared memory holds. */
export const HISTOGRAM_CELLS = COUNTS + 3;

/** How many samples lie in a range of latencies, both ends in nanoseconds. */
export interface LatencyBar {
  readonly fromNs: number;
  readonly toNs: number;
  readonly count: number;
}

/**
 * Counts of latencies in memory that threads can share: the load thread records, any other may read or add up at
 * any time without holding it up. Cells are doubles, which are whole numbers up to 2^53 and never torn.
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
    if (ns < (cells[MIN] as number) || cells[MIN] === 0) cells[MIN] = ns;
  }

  /** Adds another histogram's counts, or takes them away again with `sign` -1 (minimum and maximum stay). */
  add(other: LatencyHistogram, sign: 1 | -1 = 1): void {
    const cells = this.#cells;
    const theirs = other.#cells;
    for (let i = 0; i <= OVERFLOW; i++) (cells[i] as number) += sign * (theirs[i] as number);
    const min = theirs[MIN] as number;
    if (min > 0 && (cells[MIN] === 0 || min < (cells[MIN] as number))) cells[MIN] = min;
    cells[MAX] = Math.max(cells[MAX] as number, theirs[MAX] as number);
  }

  /** Becomes what was added to `now` since `before`, both of the same counts; minimum and maximum are those of `now`. */
  become(now: LatencyHistogram, before: LatencyHistogram): void {
    const cells = this.#cells;
    const earlier = before.#cells;
    cells.set(now.#cells);
    for (let i = this.#firstIndex; i <= this.#lastIndex; i++) (cells[i] as number) -= earlier[i] as number;
    (cells[OVERFLOW] as number) -= earlier[OVERFLOW] as number;
  }

  /** Forgets everything. */
  clear(): void {
    this.#cells.fill(0);
  }

  get #firstIndex(): number {
    return countIndexOf(this.#cells[MIN] as number);
  }

  get #lastIndex(): number {
    return countIndexOf(Math.min(this.#cells[MAX] as number, HIGHEST_NS));
  }

  /**
   * The values below which these parts of the samples lie, to three digits, as HdrHistogram has them; 0 without samples.
   * @param percentiles above 0 and up to 100, the smallest first
   */
  valuesAt(...percentiles: readonly number[]): number[] {
    const cells = this.#cells;
    const [first, last, max] = [this.#firstIndex, this.#lastIndex, cells[MAX] as number];
    let total = cells[OVERFLOW] as number;
    for (let i = first; i <= last; i++) total += cells[i] as number;
    let below = 0;
    let i = first - 1;
    return percentiles.map((percentile) => {
      if (total === 0) return 0;
      const wanted = Math.max(1, Math.ceil((percentile / 100) * total));
      while (below < wanted && i < last) below += cells[++i] as number;
      const at = below < wanted ? COUNTS - 1 : i;
      return Math.min(lowestValueAt(at + 1) - 1, max);
    });
  }

  /** Samples above the highest value that is told apart. */
  get overflow(): number {
    return this.#cells[OVERFLOW] as number;
  }

  /** Smallest and largest latency, exact; 0 while nothing was recorded. */
  get range(): { readonly min: number; readonly max: number } {
    return { min: this.#cells[MIN] as number, max: this.#cells[MAX] as number };
  }

  /** Calls `see` for every value that was counted, with how often; a value is the lowest of those counted with it. */
  forEach(see: (ns: number, count: number) => void): void {
    for (let i = 0; i < COUNTS; i++) {
      const count = this.#cells[i] as number;
      if (count > 0) see(lowestValueAt(i), count);
    }
  }

  /**
   * The counts in at most `bars` ranges of equal width on a logarithmic axis, from the first to the last that holds
   * any.
   */
  bars(bars: number): LatencyBar[] {
    const max = Math.min(this.range.max, HIGHEST_NS);
    const min = Math.max(1, this.range.min);
    if (max === 0) return [];
    const step = Math.max((max / min) ** (1 / bars), 1 + 10 ** -SIGNIFICANT_DIGITS);
    const found: LatencyBar[] = [];
    for (let fromNs = min; fromNs <= max && found.length < bars; fromNs *= step) {
      const toNs = found.length === bars - 1 ? max : Math.min(fromNs * step, max);
      const first = found.length === 0 ? countIndexOf(fromNs) : countIndexOf(fromNs) + 1;
      let count = 0;
      for (let i = first; i <= countIndexOf(toNs); i++) count += this.#cells[i] as number;
      found.push({ fromNs, toNs, count });
    }
    return found;
  }
}
