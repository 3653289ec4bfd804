import { z } from "zod";
import { aboutShape, verdictShape } from "../../lib/result/result-shape.ts";
import { amount, count, text } from "../../lib/result/schema-parts.ts";
import { grades } from "./grade.ts";

const latency = z.object({
  count,
  trimmedMean: amount.describe("without the slowest 5 %"),
  p50: amount,
  p95: amount,
  max: amount,
});

/** The result of `client bloat`, `echobench.bloat/1`: fields are added, never renamed, within version 1. */
export const bloatResultSchema = z.object({
  schema: z.literal("echobench.bloat/1"),
  ...aboutShape,
  options: z.record(text, z.unknown()).describe("as resolved: times in milliseconds"),
  target: text,
  answer: text.describe("what was found, in a sentence"),
  advice: z.array(text),
  idleNs: latency.describe("round trips before the load, on a connection of their own"),
  loadedNs: latency.describe("round trips under load, in the intervals that count: the last four"),
  increaseNs: z.number().describe("difference of the trimmed means"),
  roundTripsPerMinute: count.describe("60 s / trimmed mean under load, RPM"),
  idleRoundTripsPerMinute: count,
  grade: z.enum(grades),
  direction: z.enum(["there", "back", "unclear"]).describe("direction in which data is queued"),
  heldBackShare: amount
    .nullable()
    .describe("share of its sending time in which the server's receive window limited the load"),
  bytesPerSecond: amount.describe("bytes received in the intervals that count"),
  uploadedBytesPerSecond: amount.nullable().default(null).describe("with --way both: those of them that went up"),
  queuedBytes: amount.describe("increase x throughput: bytes queued on the path"),
  isStable: z.boolean().describe("whether throughput and latency had become stable"),
  intervals: z.array(
    z.object({
      startMs: amount,
      endMs: amount,
      connections: count,
      bytesPerSecond: amount,
      uploadedBytesPerSecond: amount.nullable().default(null).describe("with --way both"),
      probes: count,
      rttNs: amount.describe("trimmed mean; 0 without probes"),
    }),
  ),
  verdict: verdictShape,
});

/** The result of `client bloat`. */
export type BloatResult = z.output<typeof bloatResultSchema>;
