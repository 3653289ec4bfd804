import { hasRate, type Interval } from "../../lib/result/run-result.ts";
import { encodeLatency } from "../../lib/latency/hdr-encoding.ts";
import { CountersDelta } from "./counters-delta.ts";
import { kernelMeans } from "./kernel-summary.ts";
import type { ThreadCounters } from "./thread-counters.ts";

/** What rows of a load have besides. */
interface SeriesKind {
  /** whether bytes go both ways, each by itself */
  readonly hasWays: boolean;
  readonly seesRetransmits: boolean;
}

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
   * Ends a row within the window. Near the end of the window and after it, it does nothing: `finish` makes the last row.
   * @param nowMs since the window opened
   * @returns the row, if any
   */
  tick(nowMs: number): Interval | undefined {
    const isNearEnd = !hasRate({ startMs: nowMs, endMs: this.#windowMs });
    return this.#isShort(nowMs) || isNearEnd ? undefined : this.#add(this.#take(nowMs));
  }

  /**
   * Ends the last row. It may be short, as a load that ends by its messages can end right after a row.
   * @param endMs since the window opened
   * @returns the row, if any
   */
  finish(endMs: number): Interval | undefined {
    const row = this.#take(Math.max(this.#startMs, endMs));
    const isEmpty = row.messages === 0 && row.bytes === 0 && row.errors === 0;
    return this.#isShort(endMs) && isEmpty ? undefined : this.#add(row);
  }

  #isShort(endMs: number): boolean {
    return !hasRate({ startMs: this.#startMs, endMs });
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
