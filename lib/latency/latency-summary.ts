import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  initWebAssembly,
  JsHistogram,
} from "hdr-histogram-js";
import { HIGHEST_NS, LatencyHistogram, SIGNIFICANT_DIGITS } from "./histogram.ts";

await initWebAssembly();

/** Lines for each halving of the distance to 100 %: HdrHistogram's own default. */
const PERCENTILE_STEPS = 5;

const NS_PER_MS = 1e6;

/** What a histogram says, in nanoseconds; all 0 while nothing was recorded. */
export interface LatencySummary {
  readonly count: number;
  readonly min: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly p99_99: number;
  readonly max: number;
}

/** What reports show of a summary, in their order, by the names people know. */
export const shownPercentiles = [
  ["min", "min"],
  ["p50", "p50"],
  ["p75", "p75"],
  ["p90", "p90"],
  ["p95", "p95"],
  ["p99", "p99"],
  ["p99.9", "p99_9"],
  ["p99.99", "p99_99"],
  ["max", "max"],
] as const satisfies ReadonlyArray<readonly [name: string, field: keyof LatencySummary]>;

/** @param useWebAssembly faster; its text output drops zeros behind the decimal point (hdr-histogram-js 3.0.1) */
function withHdr<T>(histogram: LatencyHistogram, use: (hdr: Histogram) => T, useWebAssembly = true): T {
  const hdr = build({
    useWebAssembly,
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
  });
  try {
    histogram.forEach((ns, count) => hdr.recordValueWithCount(ns, count));
    if (histogram.overflow > 0) hdr.recordValueWithCount(HIGHEST_NS, histogram.overflow);
    return use(hdr);
  } finally {
    hdr.destroy();
  }
}

/** Percentiles and moments; an overflow counts as the highest value, minimum and maximum are exact. */
export function summarizeLatency(histogram: LatencyHistogram): LatencySummary {
  const { min, max } = histogram.range;
  return withHdr(histogram, (hdr) => {
    const at = (percentile: number): number =>
      hdr.totalCount === 0 ? 0 : Math.min(hdr.getValueAtPercentile(percentile), max);
    return {
      count: hdr.totalCount,
      min,
      mean: Math.round(hdr.mean),
      stddev: Math.round(hdr.stdDeviation),
      p50: at(50),
      p75: at(75),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p99_9: at(99.9),
      p99_99: at(99.99),
      max,
    };
  });
}

/**
 * HdrHistogram's percentile text (`Value Percentile TotalCount 1/(1-Percentile)`), values in milliseconds, which its
 * plotter reads.
 */
export const latencyPercentiles = (histogram: LatencyHistogram): string =>
  withHdr(histogram, (hdr) => hdr.outputPercentileDistribution(PERCENTILE_STEPS, NS_PER_MS), false);

/** HdrHistogram's compressed V2 encoding in base64, `HISTFAAA...`, which every HdrHistogram tool reads. */
export const encodeLatency = (histogram: LatencyHistogram): string => withHdr(histogram, encodeIntoCompressedBase64);

/**
 * Reads what `encodeLatency` wrote; minimum and maximum have three digits then.
 * @throws Error when it is nothing of the kind
 */
export function decodeLatency(encoded: string): LatencyHistogram {
  const hdr = decodeFromCompressedBase64(encoded, 64, false);
  if (!(hdr instanceof JsHistogram)) throw new Error("not a histogram that can be read");
  const histogram = new LatencyHistogram();
  for (let i = 0; i < hdr.countsArrayLength; i++) {
    const count = hdr.getCountAtIndex(i);
    if (count > 0) histogram.record(hdr.valueFromIndex(i), count);
  }
  return histogram;
}

/** A point of a percentile curve: `x` is 1 / (1 - p). */
export interface CurvePoint {
  readonly x: number;
  readonly ns: number;
}

const POINTS_A_DECADE = 20;

/** Latency over percentile, as far up as there are samples, evenly on a logarithmic axis of 1 / (1 - p). */
export function percentileCurve(histogram: LatencyHistogram): CurvePoint[] {
  return withHdr(histogram, (hdr) => {
    const points = Math.floor(Math.log10(Math.max(1, hdr.totalCount)) * POINTS_A_DECADE);
    const xs = Array.from({ length: hdr.totalCount === 0 ? 0 : points + 1 }, (_, i) => 10 ** (i / POINTS_A_DECADE));
    return xs.map((x) => ({ x, ns: hdr.getValueAtPercentile(100 * (1 - 1 / x)) }));
  });
}
