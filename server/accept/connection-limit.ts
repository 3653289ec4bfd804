/** How many connections may be served at once. */
export interface ConnectionLimits {
  /** by all processes together */
  readonly all: number;
  /** by this one, which has only so many descriptors */
  readonly own: number;
}

/** The places for connections of one process, of which all processes together have so many. */
export class ConnectionLimit {
  readonly #taken: Int32Array;
  readonly #index: number;
  readonly #limits: ConnectionLimits;

  /**
   * @param taken by each process; shared memory when there are several
   * @param index of this process
   */
  constructor(taken: Int32Array, index: number, limits: ConnectionLimits) {
    this.#taken = taken;
    this.#index = index;
    this.#limits = limits;
  }

  /** Taken in all processes. */
  get taken(): number {
    let sum = 0;
    for (let i = 0; i < this.#taken.length; i++) sum += Atomics.load(this.#taken, i);
    return sum;
  }

  /**
   * Takes a place if one is free. Of two processes that want the last one at the same moment both may be turned away,
   * and never both be let in: each takes first and looks then.
   * @returns undefined, or the limit that is reached
   */
  take(): number | undefined {
    const own = Atomics.add(this.#taken, this.#index, 1) + 1;
    const limit = own > this.#limits.own ? this.#limits.own : this.#limits.all;
    if (own <= this.#limits.own && this.taken <= this.#limits.all) return undefined;
    this.release();
    return limit;
  }

  release(): void {
    Atomics.sub(this.#taken, this.#index, 1);
  }
}
