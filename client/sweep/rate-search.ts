/** The search ends when the highest rate that passed and the lowest that failed are within this factor. */
const PRECISION = 1.05;

/** The most rates to try. */
const MAX_TRIALS = 16;

/** The lowest rate to try, as a share of the first one. */
const LOWEST_SHARE = 1 / 1_000;

/**
 * Searches for the highest rate that meets the thresholds: doubles or halves the rate until one has passed and one has
 * failed, then repeatedly tries their geometric mean. Immutable: `after` returns the next state.
 */
export class RateSearch {
  /** the highest rate that met the thresholds */
  readonly passed: number | undefined;
  /** the lowest rate that did not */
  readonly failed: number | undefined;
  readonly #start: number;
  readonly #trials: number;

  /** @param start the first rate to try, messages a second */
  constructor(start: number, passed?: number, failed?: number, trials = 0) {
    this.#start = start;
    this.passed = passed;
    this.failed = failed;
    this.#trials = trials;
  }

  /** The rate to try next, a whole number of at least 1; undefined when the search is over. */
  get next(): number | undefined {
    const { passed, failed } = this;
    const wanted = this.#wanted;
    if (wanted === undefined) return undefined;
    const rate = Math.max(1, Math.round(wanted));
    // Low rates are closer together than the search is precise.
    return rate === passed || rate === failed ? undefined : rate;
  }

  get #wanted(): number | undefined {
    const { passed, failed } = this;
    if (this.#trials >= MAX_TRIALS) return undefined;
    if (passed !== undefined && failed !== undefined) {
      return failed / passed <= PRECISION ? undefined : Math.sqrt(passed * failed);
    }
    if (passed !== undefined) return passed * 2;
    if (failed === undefined) return this.#start;
    return failed <= this.#start * LOWEST_SHARE ? undefined : failed / 2;
  }

  /** The search after a rate was tried. */
  after(rate: number, hasPassed: boolean): RateSearch {
    const passed = hasPassed ? Math.max(rate, this.passed ?? 0) : this.passed;
    const failed = hasPassed ? this.failed : Math.min(rate, this.failed ?? Number.POSITIVE_INFINITY);
    return new RateSearch(this.#start, passed, failed, this.#trials + 1);
  }
}
