import { repeat, type Timers } from "../../lib/timers.ts";

/** How often the event loop is asked whether it is on time. */
const PERIOD_MS = 100;

/** Looks that are remembered: those of the last 10 s. */
const REMEMBERED = 100;

/** By how much the event loop was late at worst in the last 10 s. */
export class LoopLag {
  readonly #lagsMs = new Float64Array(REMEMBERED);
  #dueMs: number;
  #next = 0;

  constructor(nowMs: number) {
    this.#dueMs = nowMs + PERIOD_MS;
  }

  /** To be called by a timer every `PERIOD_MS`. @returns the worst lag in ms */
  look(nowMs: number): number {
    this.#lagsMs[this.#next] = Math.max(0, nowMs - this.#dueMs);
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#dueMs = nowMs + PERIOD_MS;
    return this.#lagsMs.reduce((worst, lag) => Math.max(worst, lag));
  }

  /** Looks again and again. @returns what ends it */
  static watch(timers: Timers, onLook: (worstMs: number) => void): () => void {
    const lag = new LoopLag(performance.now());
    return repeat(timers, PERIOD_MS, () => onLook(lag.look(performance.now())));
  }
}
