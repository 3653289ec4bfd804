/** The places for connections of one process, of which all processes together have so many. */
export class Places {
  readonly #taken: Int32Array;
  readonly #index: number;
  readonly limit: number;

  /**
   * @param taken by each process; shared memory when there are several
   * @param index of this process
   */
  constructor(taken: Int32Array, index: number, limit: number) {
    this.#taken = taken;
    this.#index = index;
    this.limit = limit;
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
   */
  take(): boolean {
    Atomics.add(this.#taken, this.#index, 1);
    if (this.taken <= this.limit) return true;
    this.release();
    return false;
  }

  release(): void {
    Atomics.sub(this.#taken, this.#index, 1);
  }
}
