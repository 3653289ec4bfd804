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
  #uploadedBytes: number | null = null;
  #errors = 0;
  #retransmits = 0;
  /** rows that do not know their retransmits */
  #uncounted = 0;
  #maxNs = 0;
  #samples = 0;
  #rttUs = 0;
  #cwnd = 0;

  /**
   * @param openedMs when the window of the row's shard opened, on the axis of the sum
   * @param sign -1 takes away a row that was added
   * @throws Error when the histogram is none; then the row is not added
   */
  add(row: Interval, openedMs: number, sign: 1 | -1): void {
    if (row.histogram !== null) this.#counts.add(row.histogram, sign);
    this.#parts += sign;
    this.#endsMs += sign * (openedMs + row.endMs);
    this.#messages += sign * row.messages;
    this.#bytes += sign * row.bytes;
    if (row.uploadedBytes !== null) this.#uploadedBytes = (this.#uploadedBytes ?? 0) + sign * row.uploadedBytes;
    this.#errors += sign * row.errors;
    this.#retransmits += sign * (row.retransmits ?? 0);
    this.#uncounted += sign * (row.retransmits === null ? 1 : 0);
    this.#maxNs = Math.max(this.#maxNs, row.rttNs.max);
    if (!row.tcp) return;
    const samples = sign * row.tcp.samples;
    this.#samples += samples;
    this.#rttUs += row.tcp.rttUs * samples;
    this.#cwnd += row.tcp.cwnd * samples;
  }

  get isEmpty(): boolean {
    return this.#parts === 0;
  }

  /** The mean of the ends of the rows, which timers spread by a few ms. */
  get endMs(): number {
    return this.#endsMs / this.#parts;
  }

  /** @param histogram empty, to work with */
  toRow(startMs: number, histogram: LatencyHistogram): Interval {
    this.#counts.writeTo(histogram);
    histogram.range = { min: histogram.range.min, max: Math.max(histogram.range.max, this.#maxNs) };
    const [p50 = 0, p99 = 0, max = 0] = histogram.valuesAt(50, 99, 100);
    const mean = (sum: number): number => Math.round((sum / this.#samples) * 10) / 10;
    return {
      ...{ startMs, endMs: this.endMs },
      ...{ messages: this.#messages, bytes: this.#bytes, errors: this.#errors },
      retransmits: this.#uncounted === 0 ? this.#retransmits : null,
      uploadedBytes: this.#uploadedBytes,
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

  /**
   * Adds the rows of a shard, or none of them.
   * @param openedMs when the shard's window opened, by the wall clock
   * @throws Error when a histogram is none
   */
  add(rows: readonly Interval[], openedMs: number): void {
    const offsetMs = openedMs - (this.#firstOpenedMs ??= openedMs);
    for (const [i, row] of rows.entries()) {
      try {
        this.#addRow(row, offsetMs, 1);
      } catch (cause) {
        for (const added of rows.slice(0, i)) this.#addRow(added, offsetMs, -1);
        throw new Error(`intervals.${i}.histogram: expected an HdrHistogram in base64`, { cause });
      }
    }
  }

  #addRow(row: Interval, offsetMs: number, sign: 1 | -1): void {
    const key = Math.round((offsetMs + row.startMs) / this.#intervalMs);
    const sum = this.#sums.get(key) ?? new RowSum();
    sum.add(row, offsetMs, sign);
    if (sum.isEmpty) this.#sums.delete(key);
    else this.#sums.set(key, sum);
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
