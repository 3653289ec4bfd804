import type { Interval } from "../../lib/result/run-result.ts";
import { CountersDelta } from "./counters-delta.ts";
import { kernelMeans } from "./kernel-summary.ts";
import type { ThreadCounters } from "./thread-counters.ts";

/** Less than this is no row of its own: the timer and the window's end fell together. */
const SHORTEST_ROW_MS = 2;

/** Makes the rows of a time series from the threads' counts; all threads are read at the same moment. */
export class IntervalSeries {
  readonly rows: Interval[] = [];
  readonly #delta: CountersDelta;
  readonly #windowMs: number;
  #startMs = 0;

  /** @param windowMs when the window is to end; infinite where it has no end in time */
  constructor(cells: readonly ThreadCounters[], windowMs: number) {
    this.#delta = new CountersDelta(cells);
    this.#windowMs = windowMs;
  }

  /**
   * Ends a row while the window goes on. A timer that comes after its end makes none: that is left to `finish`.
   * @param nowMs since the window opened
   * @returns the row, if there is one
   */
  tick(nowMs: number): Interval | undefined {
    return nowMs < this.#windowMs ? this.finish(nowMs) : undefined;
  }

  /** Ends the last row, at the end of the window. @param endMs since the window opened */
  finish(endMs: number): Interval | undefined {
    if (endMs - this.#startMs < SHORTEST_ROW_MS) return undefined;
    const { messages, bytes, failures, retransmits, rtt, ...kernel } = this.#delta.take();
    const [p50 = 0, p99 = 0, max = 0] = rtt.valuesAt(50, 99, 100);
    const span = { startMs: this.#startMs, endMs };
    const rttNs = { p50, p99, max };
    const tcp = kernelMeans(kernel);
    const row = { ...span, messages, bytes, rttNs, errors: failures, retransmits, tcp };
    this.#startMs = endMs;
    this.rows.push(row);
    return row;
  }
}
