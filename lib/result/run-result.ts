import { z } from "zod";
import { exitCodes } from "../errors.ts";
import { merged } from "./merged-schema.ts";
import { amount, clock, count, environment, histogram, labels, latency, text, verdict } from "./schema-parts.ts";
import { socketsSchema } from "./sockets.ts";
import { tcpInfo, way } from "./tcp-schema.ts";

const rtt = latency.extend({
  jitter: amount.describe("RFC 3550 6.4.1 over the round trips of each connection, mean of all connections"),
});

const failure = z.object({
  kind: text,
  message: text,
  connection: count.nullable().describe("number of the connection, counted from 0"),
  offset: count.nullable().describe("position of the first wrong byte in what the connection received"),
  expected: text.nullable().describe("bytes as hexadecimal"),
  actual: text.nullable().describe("bytes as hexadecimal"),
  shard: count.optional().describe("of a merged result: the shard that met it"),
});

const sizeRow = z.object({
  minBytes: count,
  maxBytes: count,
  messages: count,
  rttNs: latency,
  histogram: histogram.nullable().default(null).describe("of the round trips; null without any"),
});

/** Outages that a result keeps, from the first one on. */
export const KEPT_OUTAGES = 1_000;

const outage = z.object({
  connection: count.describe("number of the connection, counted from 0"),
  cause: text.describe("kind of the error that broke it"),
  startMs: z.number().describe("since the window opened; negative in the warm-up"),
  durationMs: amount.nullable().describe("until the connection was open again; null if it never was"),
  failedConnects: count.describe("connects that failed during the outage"),
});

const tlsSession = z.object({
  protocol: text.describe("such as TLSv1.3"),
  cipher: text,
  serverName: text.describe("the name that the client asked for"),
  isVerified: z.boolean().describe("whether the certificate of the server was checked and is valid"),
  certificate: z
    .object({ subject: text, issuer: text, validFrom: text, validTo: text, fingerprint256: text })
    .describe("of the server"),
});

/** The schema `echobench.run/1` of a result. Within version 1, fields are added and never renamed or removed. */
export const runResultSchema = z.object({
  schema: z.literal("echobench.run/1"),
  tool: z.object({ name: text, version: text, bun: text, commit: text.nullable() }),
  startedAt: z.iso.datetime(),
  environment: environment.describe("of a merged result: of its first part"),
  options: z.record(text, z.unknown()).describe("as resolved: times in milliseconds, sizes in bytes"),
  labels,
  seed: count,
  target: z.object({
    host: text,
    address: text,
    port: count,
    family: z.enum(["ipv4", "ipv6", "unix"]),
    tls: z.boolean(),
  }),
  tls: tlsSession.nullable().default(null).describe("of the first connection; null without TLS"),
  window: z.object({
    durationMs: amount.describe(
      "of a merged result: in which all shards ran that were not cut short, from `merged.commonStartMs` on; rates are over it",
    ),
    warmupMs: amount,
    openedAt: count
      .nullable()
      .default(null)
      .describe("by the wall clock, in microseconds since 1970; of a merged result: when the first shard's opened"),
  }),
  shard: z
    .object({
      index: count.describe("from 1"),
      of: count,
      run: text.describe("what all shards of a run have in common"),
    })
    .nullable()
    .default(null)
    .describe("of --shard: which part of the load of the options this is; null for all of it"),
  merged: merged
    .nullable()
    .default(null)
    .describe("of a result that client merge made of shards: what it was made of; null for a result of one client"),
  clock,
  totals: z.object({
    connections: count.describe("connections established; in churn mode within the window"),
    messages: count.describe("echoed completely within the window"),
    bytesSent: count.describe("within the window"),
    bytesReceived: count.describe("within the window"),
  }),
  throughput: z.object({
    messagesPerSecond: amount,
    bytesPerSecond: amount.describe("echoed bytes, counted once"),
    sentBytesPerSecond: amount.default(0).describe("bytes that the kernel accepted"),
    connectionsPerSecond: amount.nullable().default(null).describe("in churn mode only"),
  }),
  rttNs: rtt.describe("from when a message was due in an open loop, else from when it was sent"),
  serviceNs: latency.nullable().describe("open loop only: from when a message was sent"),
  windowWaitNs: latency
    .nullable()
    .default(null)
    .describe(
      "open loop only: from when a message was due until there was room for it in the window and in the socket",
    ),
  sendLagNs: latency
    .nullable()
    .describe("open loop only: from when a message was due and there was room for it until it was sent"),
  connectNs: latency.describe("time to connect, with the TLS handshake"),
  lifeNs: latency.nullable().default(null).describe("churn mode only: from connect to close"),
  sizes: z.array(sizeRow).default([]).describe("round trips by message size, if sizes differ"),
  outages: z.array(outage).default([]).describe("with --reconnect only; the first 1,000"),
  histograms: z.record(text, histogram).describe("HdrHistogram V2, compressed, base64"),
  intervals: z.array(
    z.object({
      startMs: amount,
      endMs: amount,
      messages: count,
      bytes: count,
      uploadedBytes: count.nullable().default(null).describe("with --mode both: those of bytes that went up"),
      rttNs: z.object({ p50: amount, p99: amount, max: amount }),
      errors: count,
      retransmits: count.nullable(),
      tcp: z
        .object({ rttUs: amount, cwnd: amount, samples: count.default(0).describe("the weight of these means") })
        .nullable()
        .default(null)
        .describe("means over the connections that were sampled in this row"),
      histogram: histogram.nullable().default(null).describe("of the round trips; null without any"),
    }),
  ),
  tcpInfo: tcpInfo.nullable().describe("null if the kernel has no such figures, as for Unix sockets"),
  ways: z
    .object({ upload: way, download: way })
    .nullable()
    .default(null)
    .describe("with --mode upload, download and both: each way by itself; null for loads whose bytes come back"),
  sockets: socketsSchema
    .nullable()
    .default(null)
    .describe(
      "options of the first connection's socket as the kernel keeps them: congestion control, others if asked for",
    ),
  fastOpen: z
    .object({
      connections: count.describe("of which the kernel was asked once their messages had come back, warm-up included"),
      synData: count.describe("those of them whose first packet carried data that the server accepted"),
    })
    .nullable()
    .default(null)
    .describe("with --fastopen only"),
  cpu: z
    .object({ userMs: amount, systemMs: amount, perMessageUs: amount })
    .describe("processor time of the whole client process within the window"),
  harness: z
    .object({
      pauses: count.describe("times in which a load thread did not look at its sockets for more than 1 ms"),
      pausedMs: amount.describe("their sum over all load threads"),
      longestPauseMs: amount,
      collections: count.describe("of garbage on the load threads, looked for every 100 ms"),
      runQueueMs: amount
        .nullable()
        .describe("time for which load threads could have run and had no processor; null if the kernel does not say"),
      involuntarySwitches: count.nullable().describe("times a load thread lost the processor to another one"),
      processors: z
        .array(count)
        .nullable()
        .default(null)
        .describe("on which each load thread ran when the window closed; null where the kernel does not say"),
      backgroundThreads: z
        .enum(["idle", "nice", "unchanged"])
        .describe("priority of the runtime's other threads: only where a processor is idle, the lowest, or as usual"),
    })
    .nullable()
    .default(null)
    .describe("what of the figures may be the client's own: within the window"),
  server: z
    .object({ url: text, before: z.unknown(), after: z.unknown() })
    .nullable()
    .describe("what --server-stats read before and after the run; null without --server-stats"),
  errors: z.object({
    total: count,
    byKind: z.record(text, count),
    first: z.array(failure).describe("the first errors, in the order in which they happened"),
  }),
  warnings: z.array(z.object({ code: text, message: text, advice: text })),
  expectations: z.array(
    z.object({
      expression: text,
      actual: z
        .number()
        .nullable()
        .describe("in base units: nanoseconds, bytes, or a count a second; null if not measured"),
      ok: z.boolean(),
    }),
  ),
  aborted: z
    .object({
      expression: text.describe("the condition, such as p99>50ms for 5s"),
      atMs: amount.describe("since the window opened"),
    })
    .nullable()
    .default(null)
    .describe("what --abort-on ended the run for; null if it did not"),
  verdict,
  reason: text.default("").describe("why the verdict is what it is, in words"),
  exitCode: z
    .literal([
      exitCodes.success,
      exitCodes.runFailed,
      exitCodes.unreachable,
      exitCodes.thresholdFailed,
      exitCodes.shardsIncomplete,
      exitCodes.interrupted,
    ])
    .nullable()
    .default(null)
    .describe(
      "of the client that measured or merged it: 0 pass, 1 failed, 4 only thresholds were broken or --abort-on ended it, 130 interrupted; of a merged result also 3 no shard connected, 6 shards are missing, were cut short or did not run together",
    ),
});

/** The result of one run, as it is saved. */
export type RunResult = z.output<typeof runResultSchema>;

/** What a merged result was made of. */
export type Merged = NonNullable<RunResult["merged"]>;

/** One of the results that a merged one was made of. */
export type MergedPart = Merged["parts"][number];

/** One row of the time series. */
export type Interval = RunResult["intervals"][number];

/** A count or an amount of bytes of a row, as a rate. */
export const perSecond = (total: number, { startMs, endMs }: Interval): number =>
  endMs > startMs ? total / ((endMs - startMs) / 1_000) : 0;

/** Whether a row is long enough for a rate that is not left to chance. The last one may be shorter. */
export const hasRate = ({ startMs, endMs }: Pick<Interval, "startMs" | "endMs">): boolean => endMs - startMs >= 2;

/** What a run measured: warnings, thresholds and the verdict are derived from it. */
export type RunFigures = Omit<
  RunResult,
  "histograms" | "server" | "merged" | "warnings" | "expectations" | "aborted" | "verdict" | "reason" | "exitCode"
>;
