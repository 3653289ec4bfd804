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
  /** the latest one, 0 once the loop went on after it; and the longest before it */
  #latestNs = 0;
  #longestBeforeNs = 0;

  /** @param ns between two looks at the sockets */
  note(ns: number): void {
    if (ns <= PAUSE_NS) {
      this.#latestNs = 0;
      return;
    }
    this.#count++;
    this.#totalNs += ns;
    this.#latestNs = ns;
    this.#longestBeforeNs = this.#longestNs;
    if (ns > this.#longestNs) this.#longestNs = ns;
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.#count = 0;
    this.#totalNs = 0;
    this.#longestNs = 0;
    this.#latestNs = 0;
    this.#longestBeforeNs = 0;
  }

  get figures(): PauseFigures {
    return { count: this.#count, totalNs: this.#totalNs, longestNs: this.#longestNs };
  }

  /** The same without what of a pause that has just ended came after a moment so long ago. */
  figuresUntil(agoNs: number): PauseFigures {
    const { count, totalNs, longestNs } = this.figures;
    const after = Math.min(Math.max(0, agoNs), this.#latestNs);
    const left = this.#latestNs - after;
    if (after === 0) return { count, totalNs, longestNs };
    const isPause = left > PAUSE_NS;
    return {
      count: isPause ? count : count - 1,
      totalNs: totalNs - (isPause ? after : this.#latestNs),
      longestNs: Math.max(this.#longestBeforeNs, isPause ? left : 0),
    };
  }
}
