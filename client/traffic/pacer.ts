import type { Arrivals } from "./arrivals.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import { TimerHeap } from "./timer-heap.ts";

/** Timers fire up to 1.1 ms late: what is due sooner than this is awaited between turns of the event loop. */
const NEAR_NS = 2e6;

/**
 * Wakes the connections of a thread when their messages are due. A connection asks for it again after each one; a
 * connection that is behind its schedule does not wait here, it sends when an echo has made room.
 */
export class Pacer {
  readonly #arrivals: Arrivals;
  readonly #queue: TimerHeap;
  readonly #wake: (slot: number, nowNs: number) => void;
  readonly #clock: LoopClock;
  readonly #turn = (): void => this.#wakeDue();
  #isNear = false;
  #cancelTimer: (() => void) | undefined;
  #timerNs = Number.POSITIVE_INFINITY;

  constructor(arrivals: Arrivals, slots: number, wake: (slot: number, nowNs: number) => void, clock: LoopClock) {
    this.#arrivals = arrivals;
    this.#queue = new TimerHeap(slots);
    this.#wake = wake;
    this.#clock = clock;
  }

  isDue(slot: number, nowNs: number): boolean {
    return this.#arrivals.due(slot) <= nowNs;
  }

  /** Takes the connection's next message. @returns when it was due */
  take(slot: number): number {
    const due = this.#arrivals.due(slot);
    this.#arrivals.advance(slot);
    return due;
  }

  /** Wakes the connection when its next message is due. */
  wait(slot: number): void {
    this.#queue.push(slot, this.#arrivals.due(slot));
    if (!this.#isNear && this.#queue.earliest < this.#timerNs) this.#arm();
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerNs = this.#queue.earliest;
    this.#isNear = false;
    if (this.#timerNs === Number.POSITIVE_INFINITY) return;
    const waitNs = this.#timerNs - this.#clock.nowNs();
    if (waitNs > NEAR_NS) {
      this.#cancelTimer = this.#clock.after(Math.max(1, Math.floor((waitNs - NEAR_NS) / 1e6)), this.#turn);
    } else {
      this.#isNear = true;
      this.#clock.soon(this.#turn);
    }
  }

  #wakeDue(): void {
    this.#clock.idle(this.#queue.earliest);
    const nowNs = this.#clock.nowNs();
    // Stays marked, so that connections which wait again arm nothing until all are woken.
    this.#isNear = true;
    while (this.#queue.earliest <= nowNs) this.#wake(this.#queue.pop(), nowNs);
    this.#arm();
  }
}
