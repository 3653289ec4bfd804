interface Timer {
  readonly dueNs: number;
  readonly action: () => void;
}

/** What is to be done at given times; the clock is the owner's. */
export class TimerList {
  /** the latest first */
  readonly #timers: Timer[] = [];

  /** When the next one is due; Infinity when there is none. */
  get earliestNs(): number {
    return this.#timers.at(-1)?.dueNs ?? Number.POSITIVE_INFINITY;
  }

  /** @returns what cancels it */
  add(dueNs: number, action: () => void): () => void {
    const timer = { dueNs, action };
    let low = 0;
    for (let high = this.#timers.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.dueNs ?? 0) > dueNs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  /** Does what is due by now. */
  runDue(nowNs: number): void {
    for (let last = this.#timers.at(-1); last && last.dueNs <= nowNs; last = this.#timers.at(-1)) {
      this.#timers.pop();
      last.action();
    }
  }
}
