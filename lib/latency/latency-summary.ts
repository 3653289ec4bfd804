import type { LatencyHistogram, LatencyMoments, LatencyRange } from "./histogram.ts";
import { eachPercentile, type PercentileField, percentiles } from "./percentiles.ts";

/** What a histogram says, in nanoseconds; all 0 while nothing was recorded. */
export interface LatencySummary extends LatencyMoments, LatencyRange, Readonly<Record<PercentileField, number>> {}

/**
 * Percentiles and moments; an overflow counts as the highest value. Minimum and maximum are exact, and what the counts
 * give to three digits lies between them.
 */
export function summarizeLatency(histogram: LatencyHistogram): LatencySummary {
  const { min, max } = histogram.range;
  const { count, mean, stddev } = histogram.moments;
  const values = histogram.valuesAt(...percentiles.map(({ percent }) => percent));
  const inRange = (ns: number): number => Math.min(Math.max(ns, min), max);
  return {
    ...{ count, min, mean: inRange(Math.round(mean)), stddev: Math.round(stddev) },
    ...eachPercentile((_, i) => inRange(values[i] ?? 0)),
    max,
  };
}

/** A point of a percentile curve: `x` is 1 / (1 - p). */
export interface CurvePoint {
  readonly x: number;
  readonly ns: number;
}

const POINTS_A_DECADE = 20;

/** Latency over percentile, as far up as there are samples, evenly on a logarithmic axis of 1 / (1 - p). */
export function percentileCurve(histogram: LatencyHistogram): CurvePoint[] {
  const { count } = histogram.moments;
  if (count === 0) return [];
  const points = Math.floor(Math.log10(count) * POINTS_A_DECADE) + 1;
  const xs = Array.from({ length: points }, (_, i) => 10 ** (i / POINTS_A_DECADE));
  const [, ...values] = histogram.valuesAt(...xs.map((x) => 100 * (1 - 1 / x)));
  const all = [histogram.range.min, ...values];
  return xs.map((x, i) => ({ x, ns: all[i] ?? 0 }));
}
