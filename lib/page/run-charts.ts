import type { LatencyBar, LatencyHistogram } from "../latency/histogram.ts";
import { percentileCurve } from "../latency/latency-summary.ts";
import { briefFields } from "../latency/percentiles.ts";
import { type Interval, perSecond } from "../result/run-result.ts";
import { formatLatency } from "../text/format-units.ts";
import type { ChartSpec } from "./chart-spec.ts";

/** A histogram and its label in a chart. */
export interface NamedHistogram {
  readonly label: string;
  readonly histogram: LatencyHistogram;
}

/** Percentile curves in one chart; each ends where its samples do. */
export function percentileChart(id: string, all: readonly NamedHistogram[]): ChartSpec {
  const curves = all.map(({ histogram }) => percentileCurve(histogram));
  const longest = curves.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const series = all.map(({ label }, i) => ({
    label,
    // A logarithmic axis has no 0.
    values: longest.map((_, k) => curves[i]?.[k]?.ns || null),
  }));
  const x = { kind: "percentile" as const, values: longest.map((point) => point.x) };
  return { id, style: "line", x, y: { kind: "latency", isLogarithmic: true }, series };
}

const secondsOf = (rows: readonly Interval[]) => ({
  kind: "seconds" as const,
  values: rows.map(({ endMs }) => endMs / 1_000),
});

/** Throughput over time: messages a second, or bytes a second if there are no messages. */
export function rateChart(id: string, rows: readonly Interval[]): ChartSpec {
  const hasMessages = rows.some(({ messages }) => messages > 0);
  const values = rows.map((row) => perSecond(hasMessages ? row.messages : row.bytes, row));
  return {
    ...{ id, style: "line", x: secondsOf(rows) },
    y: { kind: hasMessages ? "count" : "byteRate", isLogarithmic: false },
    series: [{ label: hasMessages ? "messages/s" : "bytes/s", values }],
  };
}

/** Percentiles over time. */
export function latencyChart(id: string, rows: readonly Interval[]): ChartSpec {
  const series = briefFields.map((field) => ({
    label: field,
    values: rows.map(({ rttNs }) => rttNs[field] || null),
  }));
  return { id, style: "line", x: secondsOf(rows), y: { kind: "latency", isLogarithmic: true }, series };
}

/** The number of messages in each range of latencies. */
export const histogramChart = (id: string, bars: readonly LatencyBar[]): ChartSpec => ({
  ...{ id, style: "bars", y: { kind: "count", isLogarithmic: false } },
  x: { kind: "labels", values: bars.map((_, i) => i) },
  labels: bars.map(({ toNs }) => `≤ ${formatLatency(toNs)}`),
  series: [{ label: "messages", values: bars.map(({ count }) => count) }],
});
