import type { Interval } from "../../lib/result/run-result.ts";
import { encodeLatency } from "../../lib/latency/hdr-encoding.ts";
import { joinRows } from "../../lib/merge/row-sums.ts";
import { CountersDelta } from "./counters-delta.ts";
import { kernelMeans } from "./kernel-summary.ts";
import type { ThreadCounters } from "./thread-counters.ts";

/** What rows of a load have besides. */
interface SeriesKind {
  /** whether bytes go both ways, each by itself */
  readonly hasWays: boolean;
  readonly seesRetransmits: boolean;
}

/** A shorter row is none: a load that ends by its messages can end right after a row, and a timer can fire early. */
const MIN_ROW_MS = 2;

/** Builds the rows of a time series from the threads' counters; all threads are read at the same moment. */
export class IntervalSeries {
  readonly rows: Interval[] = [];
  readonly #delta: CountersDelta;
  readonly #windowMs: number;
  readonly #kind: SeriesKind;
  #startMs = 0;

  /** @param windowMs planned length of the window; infinite when it has no end in time */
  constructor(threads: readonly ThreadCounters[], windowMs: number, kind: SeriesKind) {
    this.#delta = new CountersDelta(threads);
    this.#windowMs = windowMs;
    this.#kind = kind;
  }

  /**
   * Ends a row within the window. After the end of the window it does nothing, because `finish` makes the last row.
   * @param nowMs since the window opened
   * @returns the row, if any
   */
  tick(nowMs: number): Interval | undefined {
    return nowMs < this.#windowMs && !this.#isShort(nowMs) ? this.#add(this.#take(nowMs)) : undefined;
  }

  /**
   * Ends the last row. What was counted in a short time since the row before it is added to that one.
   * @param endMs since the window opened
   * @returns the row, unless it is the one before
   */
  finish(endMs: number): Interval | undefined {
    const before = this.#isShort(endMs) ? this.rows.pop() : undefined;
    if (before) this.rows.push(joinRows(before, this.#take(endMs)));
    return before || endMs <= this.#startMs ? undefined : this.#add(this.#take(endMs));
  }

  #isShort(endMs: number): boolean {
    return endMs - this.#startMs < MIN_ROW_MS;
  }

  #add(row: Interval): Interval {
    this.#startMs = row.endMs;
    this.rows.push(row);
    return row;
  }

  #take(endMs: number): Interval {
    const { messages, bytes, uploaded, failures, retransmits: added, rtt, ...kernel } = this.#delta.take();
    const [p50 = 0, p99 = 0, max = 0] = rtt.valuesAt(50, 99, 100);
    const span = { startMs: this.#startMs, endMs };
    const rttNs = { p50, p99, max };
    const tcp = kernelMeans(kernel);
    const histogram = messages > 0 ? encodeLatency(rtt) : null;
    const { hasWays, seesRetransmits } = this.#kind;
    const uploadedBytes = hasWays ? uploaded : null;
    const retransmits = seesRetransmits ? added : null;
    return { ...span, messages, bytes, uploadedBytes, rttNs, errors: failures, retransmits, tcp, histogram };
  }
}
