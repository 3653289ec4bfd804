import { z } from "zod";
import { amount, clock, count, environment, labels, latency, text, verdict } from "./schema-parts.ts";

const part = z.object({
  source: text.describe("the file of its result"),
  index: count.describe("from 1"),
  startedAt: z.iso.datetime(),
  environment,
  labels,
  address: text.describe("of the server, as it connected to it"),
  port: count.default(0).describe("of the server, likewise"),
  clock,
  openedAt: count.describe("when its window opened by its wall clock, in microseconds since 1970"),
  durationMs: amount.describe("of its window"),
  connections: count,
  messages: count,
  bytesReceived: count,
  messagesPerSecond: amount,
  bytesPerSecond: amount,
  rttNs: latency,
  errors: count,
  warnings: z.array(text).describe("codes"),
  verdict,
  reason: text,
});

/** What a result was made of that `client merge` made of shards. */
export const merged = z.object({
  run: text.describe("what all shards of a run have in common"),
  of: count.describe("shards of the run"),
  allowedMissing: count.describe("of --allow-missing"),
  missing: z.array(count).describe("shards without a result, from 1"),
  cutShort: z.array(count).describe("shards that ended before their time, as one that was killed, from 1"),
  commonStartMs: amount
    .default(0)
    .describe("from `window.openedAt` to when the windows of all were open, which `window.durationMs` counts from"),
  commonShare: z
    .number()
    .describe(
      "the part of the window that was asked for (of the shortest one, where a count ends it) in which all shards ran, without those that were cut short",
    ),
  parts: z.array(part).describe("the results that were merged, by index"),
});
