import { TimerHeap } from "./timer-heap.ts";

/** Timers fire up to 1.1 ms late: what is due sooner than this is awaited between turns of the event loop. */
const NEAR_NS = 2e6;

/** The loop that a pacer waits on. Times in nanoseconds of the thread. */
export interface PacerLoop {
  readonly nowNs: () => number;
  after(delayMs: number, action: () => void): () => void;
  /** Calls back after sockets that are ready were served. */
  soon(action: () => void): void;
  /** Returns at that time, or before when a socket is ready. */
  idle(untilNs: number): void;
}

/** Wakes the connections of a thread when their messages are due. A connection asks for each wake-up anew. */
export class Pacer {
  readonly #heap: TimerHeap;
  readonly #wake: (slot: number, nowNs: number) => void;
  readonly #loop: PacerLoop;
  readonly #turn = (): void => this.#wakeDue();
  #isNear = false;
  #cancelTimer: (() => void) | undefined;
  #timerNs = Number.POSITIVE_INFINITY;

  constructor(slots: number, wake: (slot: number, nowNs: number) => void, loop: PacerLoop) {
    this.#heap = new TimerHeap(slots);
    this.#wake = wake;
    this.#loop = loop;
  }

  /** Wakes the connection in this slot at that time, unless it waits already. */
  wait(slot: number, dueNs: number): void {
    this.#heap.push(slot, dueNs);
    if (!this.#isNear && this.#heap.earliest < this.#timerNs) this.#arm();
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerNs = this.#heap.earliest;
    this.#isNear = false;
    if (this.#timerNs === Number.POSITIVE_INFINITY) return;
    const waitNs = this.#timerNs - this.#loop.nowNs();
    if (waitNs > NEAR_NS) {
      this.#cancelTimer = this.#loop.after(Math.max(1, Math.floor((waitNs - NEAR_NS) / 1e6)), this.#turn);
    } else {
      this.#isNear = true;
      this.#loop.soon(this.#turn);
    }
  }

  #wakeDue(): void {
    this.#loop.idle(this.#heap.earliest);
    const nowNs = this.#loop.nowNs();
    // Stays set, so that connections which wait again arm nothing until all are woken.
    this.#isNear = true;
    while (this.#heap.earliest <= nowNs) this.#wake(this.#heap.pop(), nowNs);
    this.#arm();
  }
}
