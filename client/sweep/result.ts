import { z } from "zod";
import { aboutShape, verdictShape } from "../../lib/result/result-shape.ts";
import { amount, count, text } from "../../lib/result/schema-parts.ts";

const point = z.object({
  size: count,
  conns: count,
  buffer: count.nullable().describe("asked of the kernel; null is its autotuning"),
  rate: amount.nullable().describe("messages a second of an open loop; null in a closed one"),
  messagesPerSecond: amount,
  bytesPerSecond: amount,
  rttNs: z.object({ p50: amount, p99: amount, p99_9: amount, max: amount }),
  hasKept: z.boolean().nullable().describe("of --find-rate: whether the thresholds were met at this rate"),
  warnings: z.array(text).describe("codes"),
});

/** The result of `client sweep`, `echobench.sweep/1`: fields are added, never renamed, within version 1. */
export const sweepResultSchema = z.object({
  schema: z.literal("echobench.sweep/1"),
  ...aboutShape,
  options: z.record(text, z.unknown()).describe("as resolved: times in milliseconds, sizes in bytes"),
  target: text,
  axis: z.enum(["size", "conns", "buffer", "rate"]).describe("what varies"),
  answer: text.describe("what was found, in a sentence"),
  advice: z.array(text),
  points: z.array(point).describe("in the order of what varies"),
  knee: z
    .object({
      bounds: z.array(text),
      messagesPerSecond: amount.nullable().describe("the highest rate that kept them; null when none did"),
    })
    .nullable()
    .describe("of --find-rate"),
  verdict: verdictShape,
});

/** The result of `client sweep`. */
export type SweepResult = z.output<typeof sweepResultSchema>;

/** One point of a sweep. */
export type SweepPoint = SweepResult["points"][number];
