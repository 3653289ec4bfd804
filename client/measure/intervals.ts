import type { RunResult } from "../../lib/result/run-result.ts";
import { formatByteRate, formatCount, formatLatency } from "../../lib/units.ts";
import { CountersDelta } from "./counters-delta.ts";
import { kernelMeans } from "./kernel-summary.ts";
import type { ThreadCounters } from "./thread-counters.ts";

/** One row of the time series. */
export type Interval = RunResult["intervals"][number];

/** A shorter row is left out: the timer fired just before the end of the window. */
const MIN_ROW_MS = 2;

/** Builds the rows of a time series from the threads' counters; all threads are read at the same moment. */
export class IntervalSeries {
  readonly rows: Interval[] = [];
  readonly #delta: CountersDelta;
  readonly #windowMs: number;
  #startMs = 0;

  /** @param windowMs planned length of the window; infinite when it has no end in time */
  constructor(threads: readonly ThreadCounters[], windowMs: number) {
    this.#delta = new CountersDelta(threads);
    this.#windowMs = windowMs;
  }

  /**
   * Ends a row within the window. After the end of the window it does nothing, because `finish` makes the last row.
   * @param nowMs since the window opened
   * @returns the row, if any
   */
  tick(nowMs: number): Interval | undefined {
    return nowMs < this.#windowMs ? this.finish(nowMs) : undefined;
  }

  /** Ends the last row. @param endMs since the window opened */
  finish(endMs: number): Interval | undefined {
    if (endMs - this.#startMs < MIN_ROW_MS) return undefined;
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

const perSecond = (amount: number, { startMs, endMs }: Interval): number => amount / ((endMs - startMs) / 1_000);

/** A row for people, as it happens. */
export function renderInterval(row: Interval): string {
  const { rttNs, endMs } = row;
  const shown = (ns: number): string => (row.messages > 0 ? formatLatency(ns) : "–").padStart(7);
  const isStream = row.messages === 0 && row.bytes > 0;
  const latencies = [`p50 ${shown(rttNs.p50)}`, `p99 ${shown(rttNs.p99)}`, `max ${shown(rttNs.max)}`];
  return [
    `${(endMs / 1_000).toFixed(1)}s`.padStart(8),
    ...(isStream ? [] : [`${formatCount(perSecond(row.messages, row))} messages/s`.padStart(20)]),
    formatByteRate(perSecond(row.bytes, row)).padStart(9),
    ...(isStream ? [] : latencies),
    `errors ${formatCount(row.errors)}`,
    `retransmits ${formatCount(row.retransmits ?? 0)}`,
  ].join("  ");
}

const columns = [
  ["start_ms", (row: Interval) => row.startMs.toFixed(3)],
  ["end_ms", (row: Interval) => row.endMs.toFixed(3)],
  ["messages", (row: Interval) => row.messages],
  ["bytes", (row: Interval) => row.bytes],
  ["messages_per_second", (row: Interval) => perSecond(row.messages, row).toFixed(3)],
  ["bytes_per_second", (row: Interval) => perSecond(row.bytes, row).toFixed(3)],
  ["rtt_p50_ns", (row: Interval) => row.rttNs.p50],
  ["rtt_p99_ns", (row: Interval) => row.rttNs.p99],
  ["rtt_max_ns", (row: Interval) => row.rttNs.max],
  ["errors", (row: Interval) => row.errors],
  ["retransmits", (row: Interval) => row.retransmits ?? ""],
  ["tcp_rtt_us", (row: Interval) => row.tcp?.rttUs ?? ""],
  ["cwnd", (row: Interval) => row.tcp?.cwnd ?? ""],
] as const;

/** The series as CSV, with a header; every value is a number, so nothing needs quoting. */
export function intervalsToCsv(rows: readonly Interval[]): string {
  const header = columns.map(([name]) => name).join(",");
  const lines = rows.map((row) => columns.map(([, value]) => value(row)).join(","));
  return `${[header, ...lines].join("\n")}\n`;
}
