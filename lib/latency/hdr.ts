import { build, type Histogram } from "hdr-histogram-js";
import { HIGHEST_NS, type LatencyHistogram, SIGNIFICANT_DIGITS } from "./histogram.ts";

/** Lines for each halving of the distance to 100 %: HdrHistogram's own default. */
const PERCENTILE_STEPS = 5;

const NS_PER_MS = 1e6;

/** The counts as hdr-histogram-js keeps them; an overflow counts as the highest value. */
function toHdr(histogram: LatencyHistogram): Histogram {
  const hdr = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
  });
  histogram.forEach((ns, count) => hdr.recordValueWithCount(ns, count));
  return hdr;
}

/**
 * HdrHistogram's percentile text (`Value Percentile TotalCount 1/(1-Percentile)`), values in milliseconds, which its
 * plotter reads.
 */
export const latencyPercentiles = (histogram: LatencyHistogram): string =>
  toHdr(histogram).outputPercentileDistribution(PERCENTILE_STEPS, NS_PER_MS);
