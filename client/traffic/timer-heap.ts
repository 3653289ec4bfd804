/** Slots in the order of the times at which they are to be woken: a binary heap in fixed memory. */
export class TimerHeap {
  readonly #heap: Int32Array;
  readonly #times: Float64Array;
  readonly #isQueued: Uint8Array;
  #length = 0;

  /** @param slots numbered from 0; each is queued once at most */
  constructor(slots: number) {
    this.#heap = new Int32Array(slots);
    this.#times = new Float64Array(slots);
    this.#isQueued = new Uint8Array(slots);
  }

  /** The earliest time, infinite when nothing is queued. */
  get earliest(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#timeAt(0);
  }

  /** Queues a slot, unless it is queued already. */
  push(slot: number, time: number): void {
    if (this.#isQueued[slot] === 1) return;
    this.#isQueued[slot] = 1;
    this.#times[slot] = time;
    let at = this.#length++;
    for (let parent = (at - 1) >> 1; at > 0 && this.#timeAt(parent) > time; parent = (at - 1) >> 1) {
      this.#heap[at] = this.#heap[parent] as number;
      at = parent;
    }
    this.#heap[at] = slot;
  }

  /** Takes the slot with the earliest time. Only where there is one. */
  pop(): number {
    const first = this.#heap[0] as number;
    const moved = this.#heap[--this.#length] as number;
    const time = this.#times[moved] as number;
    let at = 0;
    for (let child = 1; child < this.#length; child = 2 * at + 1) {
      if (child + 1 < this.#length && this.#timeAt(child + 1) < this.#timeAt(child)) child++;
      if (time <= this.#timeAt(child)) break;
      this.#heap[at] = this.#heap[child] as number;
      at = child;
    }
    this.#heap[at] = moved;
    this.#isQueued[first] = 0;
    return first;
  }

  // Every place below the length holds a slot.
  #timeAt(place: number): number {
    return this.#times[this.#heap[place] as number] as number;
  }
}
