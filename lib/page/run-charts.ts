import type { LatencyBar, LatencyHistogram } from "../latency/histogram.ts";
import { percentileCurve } from "../latency/latency-summary.ts";
import { briefFields } from "../latency/percentiles.ts";
import { hasRate, type Interval, perSecond } from "../result/run-result.ts";
import { formatLatency } from "../text/format-units.ts";
import type { ChartSeries, ChartSpec } from "./chart-spec.ts";

type Named = Pick<ChartSeries, "label" | "color">;

/** A histogram and its label in a chart. */
export interface NamedHistogram extends Named {
  readonly histogram: LatencyHistogram;
}

/** A time series and its label in a chart. */
export interface NamedRows extends Named {
  readonly rows: readonly Interval[];
}

const nameOf = ({ label, color }: Named): Named => ({ label, ...(color !== undefined && { color }) });

/** The vertical axis of round trips and other latencies. */
export const latencyAxis = (title: string) => ({ kind: "latency", title, isLogarithmic: true }) as const;

/** Percentile curves in one chart; each ends where its samples do. */
export function percentileChart(id: string, all: readonly NamedHistogram[], title = "round trip"): ChartSpec {
  const curves = all.map(({ histogram }) => percentileCurve(histogram));
  const longest = curves.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const series = all.map((named, i) => ({
    ...nameOf(named),
    // A logarithmic axis has no 0.
    values: longest.map((_, k) => curves[i]?.[k]?.ns || null),
  }));
  const x = { kind: "percentile", title: "percentile", values: longest.map((point) => point.x) } as const;
  return { id, style: "line", x, y: latencyAxis(title), series };
}

const secondsOf = (rows: readonly Interval[]): number[] => rows.map(({ endMs }) => endMs / 1_000);

const timeAxis = (rows: readonly Interval[]) =>
  ({ kind: "seconds", title: "time since the window opened", values: secondsOf(rows) }) as const;

/** Lines over the time since each window opened. */
const overTime = (id: string, y: ChartSpec["y"], all: readonly NamedRows[], read: (row: Interval) => number | null) =>
  ({
    ...{ id, style: "line", x: timeAxis(all[0]?.rows ?? []), y },
    series: all.map((named) => ({
      ...nameOf(named),
      at: secondsOf(named.rows),
      values: named.rows.map(read),
    })),
  }) as const satisfies ChartSpec;

const hasMessages = ({ rows }: NamedRows): boolean => rows.some(({ messages }) => messages > 0);

/** Throughput over time: messages a second, or bytes a second where one of them has no messages. */
export const rateChart = (id: string, all: readonly NamedRows[]): ChartSpec =>
  all.every(hasMessages)
    ? overTime(id, { kind: "count", title: "messages/s", isLogarithmic: false }, all, (row) =>
        hasRate(row) ? perSecond(row.messages, row) : null,
      )
    : overTime(id, { kind: "byteRate", title: "bytes/s", isLogarithmic: false }, all, (row) =>
        hasRate(row) ? perSecond(row.bytes, row) : null,
      );

/** One percentile over time. */
export const percentileOverTime = (
  id: string,
  field: (typeof briefFields)[number],
  all: readonly NamedRows[],
): ChartSpec => overTime(id, latencyAxis(`${field} of the round trip`), all, ({ rttNs }) => rttNs[field] || null);

/** Percentiles over time. */
export function latencyChart(id: string, rows: readonly Interval[]): ChartSpec {
  const series = briefFields.map((field) => ({
    label: field,
    values: rows.map(({ rttNs }) => rttNs[field] || null),
  }));
  return { id, style: "line", x: timeAxis(rows), y: latencyAxis("round trip"), series };
}

/** The number of messages in each range of latencies. */
export const histogramChart = (id: string, bars: readonly LatencyBar[]): ChartSpec => ({
  ...{ id, style: "bars", y: { kind: "count", title: "messages", isLogarithmic: false } },
  x: { kind: "labels", title: "round trip, up to", values: bars.map((_, i) => i) },
  labels: bars.map(({ toNs }) => `≤ ${formatLatency(toNs)}`),
  series: [{ label: "messages", values: bars.map(({ count }) => count) }],
});
