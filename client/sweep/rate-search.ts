/** The search is over when the highest rate that kept the bounds and the lowest that did not are this close. */
const PRECISION = 1.05;

/** Rates that are tried at most. */
const MAX_TRIALS = 16;

/** Below this part of where the search began there is nothing worth finding. */
const LOWEST_PART = 1 / 1_000;

/** What a search has come to. */
export type RateSearchState =
  | { readonly kind: "trying"; readonly rate: number }
  /** @property rate the highest that kept the bounds; undefined when none did */
  | { readonly kind: "found"; readonly rate: number | undefined; readonly lowestBroken: number | undefined };

/**
 * Looks for the highest rate that keeps the bounds: doubles or halves until one kept them and one did not, then tries
 * their geometric mean, again and again. A pure state: `told` gives the next one.
 */
export class RateSearch {
  readonly #start: number;
  readonly #kept: number | undefined;
  readonly #broken: number | undefined;
  readonly #trials: number;

  /** @param start the first rate to try, messages a second */
  constructor(start: number, kept?: number, broken?: number, trials = 0) {
    this.#start = start;
    this.#kept = kept;
    this.#broken = broken;
    this.#trials = trials;
  }

  get state(): RateSearchState {
    const [kept, broken] = [this.#kept, this.#broken];
    const isClose = kept !== undefined && broken !== undefined && broken / kept <= PRECISION;
    const isHopeless = kept === undefined && broken !== undefined && broken <= this.#start * LOWEST_PART;
    if (isClose || isHopeless || this.#trials >= MAX_TRIALS) return { kind: "found", rate: kept, lowestBroken: broken };
    if (kept !== undefined && broken !== undefined) return { kind: "trying", rate: Math.sqrt(kept * broken) };
    if (kept !== undefined) return { kind: "trying", rate: kept * 2 };
    return { kind: "trying", rate: broken === undefined ? this.#start : broken / 2 };
  }

  /** The search after a rate was tried. */
  told(rate: number, hasKept: boolean): RateSearch {
    const kept = hasKept ? Math.max(rate, this.#kept ?? 0) : this.#kept;
    const broken = hasKept ? this.#broken : Math.min(rate, this.#broken ?? Number.POSITIVE_INFINITY);
    return new RateSearch(this.#start, kept, broken, this.#trials + 1);
  }
}
