import { z } from "zod";
import { aboutShape, verdictShape } from "../../lib/result/result-shape.ts";
import { amount, count, text } from "../../lib/result/schema-parts.ts";
import { runResultSchema } from "../../lib/result/run-result.ts";
import { verdictKinds } from "./verdict.ts";

const icmp = z.object({
  version: z.union([z.literal(4), z.literal(6)]),
  type: count,
  code: count,
  from: text.nullable(),
});

const attempt = z.object({
  address: text,
  family: z.enum(["ipv4", "ipv6"]),
  outcome: z.enum(["open", "refused", "rejected", "filtered", "reset", "failed"]),
  connectNs: amount.nullable().describe("until the connection was open"),
  detail: text.describe("the outcome in words"),
  icmp: icmp.nullable().describe("the message that rejected the connect"),
});

const pings = z.object({
  sent: count,
  received: count,
  lossPercent: amount,
  rttNs: z
    .object({ min: amount, mean: amount, max: amount, mdev: amount, jitter: amount })
    .nullable()
    .describe("null when no ping came back"),
});

const path = z.object({
  sndMss: count.describe("bytes of data in a segment"),
  pathMtuBytes: count,
  rttUs: amount.describe("smoothed round-trip time"),
  rttVarianceUs: amount,
  minRttUs: amount,
  retransmits: count,
  congestionControl: text.nullable(),
});

const targetReport = z.object({
  host: text,
  port: count,
  verdict: z.enum(verdictKinds),
  isHealthy: z.boolean(),
  answer: text.describe("the verdict in a sentence"),
  advice: text.nullable(),
  warnings: z.array(text).describe("problems that other programs may have with the target"),
  resolve: z.object({ tookNs: amount, addresses: z.array(text) }),
  attempts: z.array(attempt).describe("connects, in the order in which they began"),
  address: text.nullable().describe("the address that was used"),
  tls: z
    .object({ handshakeNs: amount, session: runResultSchema.shape.tls.unwrap().unwrap() })
    .nullable()
    .describe("null without TLS"),
  firstEchoNs: amount.nullable(),
  heard: text.nullable().describe("what came back instead of the echo, escaped"),
  pings,
  path: path.nullable().describe("of the connection at its end; null where the kernel has no TCP_INFO"),
});

/** The result of a probe, `echobench.probe/1`: fields are added, never renamed, within version 1. */
export const probeResultSchema = z.object({
  schema: z.literal("echobench.probe/1"),
  ...aboutShape,
  options: z.record(text, z.unknown()).describe("as resolved: times in milliseconds, sizes in bytes"),
  targets: z.array(targetReport),
  verdict: verdictShape,
});

/** The result of a probe. */
export type ProbeResult = z.output<typeof probeResultSchema>;

/** The result for one target. */
export type TargetReport = z.output<typeof targetReport>;
