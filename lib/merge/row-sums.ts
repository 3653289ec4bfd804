import { encodeLatency } from "../latency/hdr-encoding.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import type { Interval } from "../result/run-result.ts";
import { SparseCounts } from "./latency-sum.ts";

/** What rows of the same time add up to, but for their round trips. */
interface Sums {
  parts: number;
  endsMs: number;
  messages: number;
  bytes: number;
  /** null where no row knows it */
  uploadedBytes: number | null;
  errors: number;
  retransmits: number;
  /** rows that do not know their retransmits */
  uncounted: number;
  maxNs: number;
  samples: number;
  rttUs: number;
  cwnd: number;
}

const nothing: Readonly<Sums> = {
  ...{ parts: 0, endsMs: 0, messages: 0, bytes: 0, uploadedBytes: null, errors: 0, retransmits: 0, uncounted: 0 },
  ...{ maxNs: 0, samples: 0, rttUs: 0, cwnd: 0 },
};

/** The rows of all shards for the same time. */
class RowSum {
  readonly #counts = new SparseCounts();
  #sums: Sums = { ...nothing };

  /**
   * @param openedMs when the window of the row's shard opened, on the axis of the sum
   * @returns takes the row away again, exactly
   * @throws Error when the histogram is none; then the row is not added
   */
  add(row: Interval, openedMs: number): () => void {
    const { histogram, tcp } = row;
    if (histogram !== null) this.#counts.add(histogram);
    const sums = this.#sums;
    const before = { ...sums };
    sums.parts++;
    sums.endsMs += openedMs + row.endMs;
    sums.messages += row.messages;
    sums.bytes += row.bytes;
    if (row.uploadedBytes !== null) sums.uploadedBytes = (sums.uploadedBytes ?? 0) + row.uploadedBytes;
    sums.errors += row.errors;
    sums.retransmits += row.retransmits ?? 0;
    sums.uncounted += row.retransmits === null ? 1 : 0;
    sums.maxNs = Math.max(sums.maxNs, row.rttNs.max);
    if (tcp) {
      sums.samples += tcp.samples;
      sums.rttUs += tcp.rttUs * tcp.samples;
      sums.cwnd += tcp.cwnd * tcp.samples;
    }
    return () => {
      if (histogram !== null) this.#counts.add(histogram, -1);
      this.#sums = before;
    };
  }

  get isEmpty(): boolean {
    return this.#sums.parts === 0;
  }

  /** @param histogram empty, to work with */
  toRow(startMs: number, histogram: LatencyHistogram): Interval {
    const sums = this.#sums;
    this.#counts.writeTo(histogram);
    histogram.range = { min: histogram.range.min, max: Math.max(histogram.range.max, sums.maxNs) };
    const [p50 = 0, p99 = 0, max = 0] = histogram.valuesAt(50, 99, 100);
    const mean = (sum: number): number => Math.round((sum / sums.samples) * 10) / 10;
    return {
      // The mean of the ends of the rows, which timers spread by a few ms.
      ...{ startMs, endMs: sums.endsMs / sums.parts },
      ...{ messages: sums.messages, bytes: sums.bytes, errors: sums.errors },
      retransmits: sums.uncounted === 0 ? sums.retransmits : null,
      uploadedBytes: sums.uploadedBytes,
      rttNs: { p50, p99, max },
      tcp: sums.samples === 0 ? null : { rttUs: mean(sums.rttUs), cwnd: mean(sums.cwnd), samples: sums.samples },
      histogram: sums.messages > 0 ? encodeLatency(histogram) : null,
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
    const added: Array<() => void> = [];
    for (const [i, row] of rows.entries()) {
      try {
        added.push(this.#addRow(row, offsetMs));
      } catch (cause) {
        for (const takeAway of added.toReversed()) takeAway();
        throw new Error(`intervals.${i}.histogram: expected an HdrHistogram in base64`, { cause });
      }
    }
  }

  /** @returns takes it away again */
  #addRow(row: Interval, offsetMs: number): () => void {
    const key = Math.round((offsetMs + row.startMs) / this.#intervalMs);
    const sum = this.#sums.get(key) ?? new RowSum();
    const takeAway = sum.add(row, offsetMs);
    this.#sums.set(key, sum);
    return () => {
      takeAway();
      if (sum.isEmpty) this.#sums.delete(key);
    };
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
