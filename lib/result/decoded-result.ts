import { z } from "zod";
import { decodeLatency, encodeLatency } from "../latency/hdr-encoding.ts";
import { LatencyHistogram, type LatencyRange } from "../latency/histogram.ts";
import { type RunResult, runResultSchema } from "./run-result.ts";
import { withVerdict } from "./verdict.ts";

/** A result as reports take it: its histograms are decoded, and its reason and exit code are there. */
export const decodedResultSchema = runResultSchema.extend({
  histograms: z.record(z.string(), z.instanceof(LatencyHistogram)),
  exitCode: runResultSchema.shape.exitCode.unwrap().unwrap(),
});

/** A run's result while a program works with it; `RunResult` is what it is saved as. */
export type DecodedResult = z.output<typeof decodedResultSchema>;

/** The result as it is saved. */
export function encodeResult(result: DecodedResult): RunResult {
  const encoded = Object.entries(result.histograms).map(([name, histogram]) => [name, encodeLatency(histogram)]);
  return { ...result, histograms: Object.fromEntries(encoded) };
}

/** The summaries, which have the exact range of each histogram. */
const summaries = new Map<string, (result: RunResult) => LatencyRange | null>([
  ["rtt", ({ rttNs }) => rttNs],
  ["connect", ({ connectNs }) => connectNs],
  ["service", ({ serviceNs }) => serviceNs],
  ["windowWait", ({ windowWaitNs }) => windowWaitNs],
  ["sendLag", ({ sendLagNs }) => sendLagNs],
  ["life", ({ lifeNs }) => lifeNs],
]);

/** @param place of the histogram in the result @throws Error when it is none */
export function decodeHistogram(place: string, encoded: string): LatencyHistogram {
  try {
    return decodeLatency(encoded);
  } catch (cause) {
    throw new Error(`${place}: expected an HdrHistogram in base64`, { cause });
  }
}

/**
 * Reads a saved result for reports.
 * @throws Error when a histogram cannot be decoded
 */
export function decodeResult(saved: RunResult): DecodedResult {
  const histograms = Object.entries(saved.histograms).map(([name, encoded]) => {
    const histogram = decodeHistogram(`histograms.${name}`, encoded);
    const range = summaries.get(name)?.(saved);
    if (range) histogram.range = range;
    return [name, histogram];
  });
  return decodedResultSchema.parse({ ...withVerdict(saved), histograms: Object.fromEntries(histograms) });
}
