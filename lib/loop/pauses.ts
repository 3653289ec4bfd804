/** A loop that does not look at its sockets for longer than this pauses. */
export const PAUSE_NS = 1e6;

/** The pauses of a loop: how many, how long in all, and the longest. */
export interface PauseFigures {
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
}

/** Counts the times in which a loop stood still: the garbage collector, another process or long work had its thread. */
export class Pauses {
  #count = 0;
  #totalNs = 0;
  #longestNs = 0;

  /** @param ns between two looks at the sockets */
  note(ns: number): void {
    if (ns <= PAUSE_NS) return;
    this.#count++;
    this.#totalNs += ns;
    if (ns > this.#longestNs) this.#longestNs = ns;
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.#count = 0;
    this.#totalNs = 0;
    this.#longestNs = 0;
  }

  get figures(): PauseFigures {
    return { count: this.#count, totalNs: this.#totalNs, longestNs: this.#longestNs };
  }
}
