/** The search is over when the highest rate that kept the bounds and the lowest that did not are this close. */
const PRECISION = 1.05;

/** Rates that are tried at most. */
const MAX_TRIALS = 16;

/** Below this part of where the search began there is nothing worth finding. */
const LOWEST_PART = 1 / 1_000;

/**
 * Looks for the highest rate that keeps the bounds: doubles or halves until one kept them and one did not, then tries
 * their geometric mean, again and again. A pure state: `told` gives the next one.
 */
export class RateSearch {
  /** the highest rate that kept the bounds */
  readonly kept: number | undefined;
  /** the lowest that did not */
  readonly broken: number | undefined;
  readonly #start: number;
  readonly #trials: number;

  /** @param start the first rate to try, messages a second */
  constructor(start: number, kept?: number, broken?: number, trials = 0) {
    this.#start = start;
    this.kept = kept;
    this.broken = broken;
    this.#trials = trials;
  }

  /** The rate to try next; undefined when the search is over. */
  get next(): number | undefined {
    const { kept, broken } = this;
    if (this.#trials >= MAX_TRIALS) return undefined;
    if (kept !== undefined && broken !== undefined) {
      return broken / kept <= PRECISION ? undefined : Math.sqrt(kept * broken);
    }
    if (kept !== undefined) return kept * 2;
    if (broken === undefined) return this.#start;
    return broken <= this.#start * LOWEST_PART ? undefined : broken / 2;
  }

  /** The search after a rate was tried. */
  told(rate: number, hasKept: boolean): RateSearch {
    const kept = hasKept ? Math.max(rate, this.kept ?? 0) : this.kept;
    const broken = hasKept ? this.broken : Math.min(rate, this.broken ?? Number.POSITIVE_INFINITY);
    return new RateSearch(this.#start, kept, broken, this.#trials + 1);
  }
}
