import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
  JsHistogram,
} from "hdr-histogram-js";
import { HIGHEST_NS, LatencyHistogram, SIGNIFICANT_DIGITS } from "./histogram.ts";

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

/** HdrHistogram's compressed V2 encoding in base64, `HISTFAAA...`, which every HdrHistogram tool reads. */
export const encodeLatency = (histogram: LatencyHistogram): string => encodeIntoCompressedBase64(toHdr(histogram));

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
