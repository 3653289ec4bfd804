import { z } from "zod";
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

/** Only JSON needs hdr-histogram-js, so a run that writes none does not wait for it to load. */
const loadHdr = () => import("../latency/hdr.ts");

/** The result as it is saved. */
export async function encodeResult(result: DecodedResult): Promise<RunResult> {
  const { encodeLatency } = await loadHdr();
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

/**
 * Reads a saved result for reports.
 * @throws Error when a histogram cannot be decoded
 */
export async function decodeResult(saved: RunResult): Promise<DecodedResult> {
  const { decodeLatency } = await loadHdr();
  const decode = (name: string, encoded: string): LatencyHistogram => {
    try {
      return decodeLatency(encoded);
    } catch (cause) {
      throw new Error(`histograms.${name}: expected an HdrHistogram in base64`, { cause });
    }
  };
  const histograms = Object.entries(saved.histograms).map(([name, encoded]) => {
    const histogram = decode(name, encoded);
    const range = summaries.get(name)?.(saved);
    if (range) histogram.range = range;
    return [name, histogram];
  });
  return decodedResultSchema.parse({ ...withVerdict(saved), histograms: Object.fromEntries(histograms) });
}
