import { briefFields } from "../../lib/latency/percentiles.ts";
import { type Interval, perSecond } from "../../lib/result/run-result.ts";
import { formatByteRate, formatCount, formatLatency } from "../../lib/text/format-units.ts";

/** A row for people, shown when it is complete. */
export function renderInterval(row: Interval): string {
  const { rttNs, endMs } = row;
  const shown = (ns: number): string => (row.messages > 0 ? formatLatency(ns) : "–").padStart(7);
  const isStream = row.messages === 0 && row.bytes > 0;
  const { uploadedBytes } = row;
  const rate = (bytes: number): string => formatByteRate(perSecond(bytes, row)).padStart(9);
  const rates =
    uploadedBytes === null
      ? [rate(row.bytes)]
      : [`up ${rate(uploadedBytes)}`, `down ${rate(row.bytes - uploadedBytes)}`];
  const latencies = briefFields.map((field) => `${field} ${shown(rttNs[field])}`);
  return [
    `${(endMs / 1_000).toFixed(1)}s`.padStart(8),
    ...(isStream ? [] : [`${formatCount(perSecond(row.messages, row))} messages/s`.padStart(20)]),
    ...rates,
    ...(isStream ? [] : latencies),
    `errors ${formatCount(row.errors)}`,
    ...(row.retransmits === null ? [] : [`retransmits ${formatCount(row.retransmits)}`]),
  ].join("  ");
}

const columns = [
  ["start_ms", (row: Interval) => row.startMs.toFixed(3)],
  ["end_ms", (row: Interval) => row.endMs.toFixed(3)],
  ["messages", (row: Interval) => row.messages],
  ["bytes", (row: Interval) => row.bytes],
  ["messages_per_second", (row: Interval) => perSecond(row.messages, row).toFixed(3)],
  ["bytes_per_second", (row: Interval) => perSecond(row.bytes, row).toFixed(3)],
  ...briefFields.map((field) => [`rtt_${field}_ns`, (row: Interval) => row.rttNs[field]] as const),
  ["errors", (row: Interval) => row.errors],
  ["retransmits", (row: Interval) => row.retransmits ?? ""],
  ["tcp_rtt_us", (row: Interval) => row.tcp?.rttUs ?? ""],
  ["cwnd", (row: Interval) => row.tcp?.cwnd ?? ""],
  ["uploaded_bytes", (row: Interval) => row.uploadedBytes ?? ""],
] as const;

/** The series as CSV, with a header; every value is a number, so nothing needs quoting. */
export function intervalsToCsv(rows: readonly Interval[]): string {
  const header = columns.map(([name]) => name).join(",");
  const lines = rows.map((row) => columns.map(([, value]) => value(row)).join(","));
  return `${[header, ...lines].join("\n")}\n`;
}
