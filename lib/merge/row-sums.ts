import { encodeLatency } from "../latency/hdr-encoding.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import type { Interval } from "../result/run-result.ts";
import { SparseCounts } from "./latency-sum.ts";

/** The rows of all shards for the same time. */
class RowSum {
  readonly #counts = new SparseCounts();
  #parts = 0;
  #endsMs = 0;
  #messages = 0;
  #bytes = 0;
  #errors = 0;
  #retransmits = 0;
  #maxNs = 0;
  #samples = 0;
  #rttUs = 0;
  #cwnd = 0;

  /** @param openedMs when the window of the row's shard opened, on the axis of the sum */
  add(row: Interval, openedMs: number): void {
    this.#parts++;
    this.#endsMs += openedMs + row.endMs;
    this.#messages += row.messages;
    this.#bytes += row.bytes;
    this.#errors += row.errors;
    this.#retransmits += row.retransmits ?? 0;
    this.#maxNs = Math.max(this.#maxNs, row.rttNs.max);
    if (row.histogram !== null) this.#counts.add(row.histogram);
    if (!row.tcp) return;
    this.#samples += row.tcp.samples;
    this.#rttUs += row.tcp.rttUs * row.tcp.samples;
    this.#cwnd += row.tcp.cwnd * row.tcp.samples;
  }

  /** The mean of the ends of the rows, which timers spread by a few ms. */
  get endMs(): number {
    return this.#endsMs / this.#parts;
  }

  /** @param histogram empty, to work with */
  toRow(startMs: number, histogram: LatencyHistogram): Interval {
    this.#counts.writeTo(histogram);
    histogram.range = { min: histogram.range.min, max: this.#maxNs };
    const [p50 = 0, p99 = 0, max = 0] = histogram.valuesAt(50, 99, 100);
    const mean = (sum: number): number => Math.round((sum / this.#samples) * 10) / 10;
    return {
      ...{ startMs, endMs: this.endMs },
      ...{ messages: this.#messages, bytes: this.#bytes, errors: this.#errors, retransmits: this.#retransmits },
      rttNs: { p50, p99, max },
      tcp: this.#samples === 0 ? null : { rttUs: mean(this.#rttUs), cwnd: mean(this.#cwnd), samples: this.#samples },
      histogram: this.#messages > 0 ? encodeLatency(histogram) : null,
    };
  }
}

/** Adds up the time series of shards: a row for each interval by the wall clock, whichever shards have one then. */
export class RowSums {
  readonly #intervalMs: number;
  readonly #sums = new Map<number, RowSum>();
  #firstOpenedMs: number | undefined;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** @param openedMs when the shard's window opened, by the wall clock */
  add(rows: readonly Interval[], openedMs: number): void {
    const origin = (this.#firstOpenedMs ??= openedMs);
    for (const row of rows) {
      const key = Math.round((openedMs - origin + row.startMs) / this.#intervalMs);
      const sum = this.#sums.get(key) ?? new RowSum();
      this.#sums.set(key, sum);
      sum.add(row, openedMs - origin);
    }
  }

  /** The rows in their order. @param originMs by the wall clock: the time 0 of the rows */
  toRows(originMs: number): Interval[] {
    const shiftMs = (this.#firstOpenedMs ?? originMs) - originMs;
    const histogram = new LatencyHistogram();
    let endMs = 0;
    return [...this.#sums.entries()]
      .toSorted(([one], [other]) => one - other)
      .map(([key, sum], i) => {
        histogram.clear();
        // Where no shard has a row, as between two that did not run together, there is a gap.
        const nominalMs = Math.max(0, shiftMs + key * this.#intervalMs);
        const isNext = i > 0 && Math.abs(nominalMs - endMs) < this.#intervalMs / 2;
        const row = sum.toRow(isNext ? endMs : Math.max(nominalMs, endMs), histogram);
        const shifted = { ...row, endMs: Math.max(row.startMs, row.endMs + shiftMs) };
        endMs = shifted.endMs;
        return shifted;
      });
  }
}
