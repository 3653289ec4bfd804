import { z } from "zod";
import { aboutShape, verdictShape } from "../../lib/result/result-shape.ts";
import { amount, count, text } from "../../lib/result/schema-parts.ts";
import { runResultSchema } from "../../lib/result/run-result.ts";
import { soakEventSchema } from "./events.ts";

const about = {
  ...aboutShape,
  answer: text.describe("what was found, in a sentence"),
  advice: z.array(text),
  verdict: verdictShape,
};

/** The result of a soak, `echobench.soak/1`: fields are added, never renamed, within version 1. */
export const soakResultSchema = z.object({
  schema: z.literal("echobench.soak/1"),
  ...about,
  startedAt: aboutShape.startedAt.describe("of the first session"),
  target: text,
  options: z.record(text, z.unknown()).describe("of the last session: times in milliseconds"),
  sessions: count.describe("runs that wrote to the same journal; 1 without a journal"),
  isComplete: z.boolean().describe("whether the last session ended normally, not by kill -9 or a crash"),
  connections: count,
  observedMs: amount.describe("without the time between sessions"),
  heartbeats: z.object({ sent: count, echoed: count }),
  rttNs: runResultSchema.shape.serviceNs.unwrap(),
  breaks: z.object({ total: count, byCause: z.record(text, count) }),
  stalls: z.object({ total: count, longestMs: amount }),
  badCloses: z
    .object({ total: count, first: text.nullable() })
    .describe("connections that the server did not close as it should when the soak ended, and what the first one was"),
  outages: z.object({
    total: count,
    longestMs: amount,
    totalMs: amount.describe("over all connections"),
    openNow: count.describe("connections that were down at the end"),
  }),
  availability: amount.max(1).describe("share of the time that connections were up"),
  nines: amount.nullable().describe("-log10(1 - availability); null when nothing broke"),
  mtbfMs: amount.nullable().describe("time that connections were up for each outage; null when nothing broke"),
  patterns: z.array(
    z.object({
      kind: z.enum(["lifetime", "period", "together", "idle"]),
      ms: amount.nullable(),
      message: text,
      advice: text,
    }),
  ),
  events: z.array(soakEventSchema).describe("the latest 1,000 breaks, recoveries and stalls"),
});

/** The result of a soak. */
export type SoakResult = z.output<typeof soakResultSchema>;

/** The result of `--idle-scan`, `echobench.idle-scan/1`: fields are added, never renamed, within version 1. */
export const idleScanResultSchema = z.object({
  schema: z.literal("echobench.idle-scan/1"),
  ...about,
  target: text,
  options: z.record(text, z.unknown()).describe("as resolved: times in milliseconds"),
  durationMs: amount,
  aliveMs: amount.describe("the longest idle time that a connection survived"),
  deadMs: amount.nullable().describe("the shortest one that it did not survive; null when it survived all"),
  how: text.nullable().describe("what became of the connection"),
  isProbed: z.boolean().describe("whether keep-alive probes of the server came while idle"),
});

/** The result of `--idle-scan`. */
export type IdleScanResult = z.output<typeof idleScanResultSchema>;
