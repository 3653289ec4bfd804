import { repeat, type Timers } from "../../lib/timers.ts";

const PERIOD_MS = 100;

/** Measurements that are remembered: those of the last 10 s. */
const REMEMBERED = 100;

/** Measures how late the event loop runs a periodic timer: the worst lag of the last 10 s. */
export class LoopLag {
  readonly #lagsMs = new Float64Array(REMEMBERED);
  #dueMs: number;
  #next = 0;

  constructor(nowMs: number) {
    this.#dueMs = nowMs + PERIOD_MS;
  }

  /** Has to be called by a timer every `PERIOD_MS`. @returns the worst lag in ms */
  measure(nowMs: number): number {
    this.#lagsMs[this.#next] = Math.max(0, nowMs - this.#dueMs);
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#dueMs = nowMs + PERIOD_MS;
    return this.#lagsMs.reduce((worst, lag) => Math.max(worst, lag));
  }

  /** Measures until the returned function is called. */
  static watch(timers: Timers, onMeasured: (worstMs: number) => void): () => void {
    const lag = new LoopLag(performance.now());
    return repeat(timers, PERIOD_MS, () => onMeasured(lag.measure(performance.now())));
  }
}
