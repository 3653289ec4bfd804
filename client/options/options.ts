import { z } from "zod";
import { loadModes } from "../../lib/result/load-modes.ts";
import {
  choice,
  configFile,
  custom,
  duration,
  flag,
  integer,
  list,
  outputFile,
  writtenFile,
  repeatable,
  secret,
  size,
  webAddress,
} from "../../lib/cli/option-kinds.ts";
import { adminShape } from "../../lib/admin/options.ts";
import { expectedBitRate, parseBitRate, socketOptionShape, sourcePortShape } from "../../lib/cli/socket-options.ts";
import { cpuOption } from "../../lib/loop/cpu-list.ts";
import { busyPollOption } from "../../lib/loop/busy-poll.ts";
import type { Conflict } from "../../lib/cli/resolve-options.ts";
import { transformNames } from "../../lib/transforms/transforms.ts";
import { parseThreshold, type Threshold } from "../../lib/result/thresholds.ts";
import { type AbortCondition, parseAbortCondition } from "./abort-condition.ts";
import { findRepeated, type Label, parseLabel } from "./label.ts";
import { namesFreePort, target, type tcpTarget } from "./target-options.ts";
import { parseMessageSize } from "../payload/message-size.ts";
import { parsePayloadKind } from "../payload/payload.ts";
import { parseRate } from "./rate.ts";
import { parseShard } from "./shard.ts";
import { parseStartTime } from "./start-time.ts";
import { parseStages } from "./stages.ts";
import { tlsShape } from "./tls-options.ts";

const gibibyte = 2 ** 30;

const load = {
  mode: choice(loadModes)
    .prefault("echo")
    .describe(
      "echo sends messages, stream keeps the sockets full, churn repeatedly connects, sends one message and closes; " +
        "upload, download and both move bytes one way, both on --conns connections each way",
    ),
  conns: integer("N", 1, 1_000_000).prefault(1).describe("connections to open"),
  duration: duration(1)
    .optional()
    .describe("stop after this long (default: 10s, or no limit with --messages or --bytes)"),
  messages: integer("N", 1).optional().describe("stop after this many messages over all connections"),
  bytes: size(1, Number.MAX_SAFE_INTEGER, `${Number.MAX_SAFE_INTEGER} B (9.00 PB)`)
    .optional()
    .describe("stop after this many bytes over all connections, of both half each way"),
  size: custom(
    "SIZE",
    "a size such as 1024, a range such as 64-1500 or weights such as 64:7,576:4,1500:1",
    parseMessageSize,
  )
    .optional()
    .describe("bytes in a message; 64-1500 draws evenly, 64:7,576:4,1500:1 by weight (default: 1024)"),
  pipeline: integer("N", 1, 65_536)
    .optional()
    .describe(
      "messages in flight on a connection (default: 1; with --rate what is due in a second, at least 16; --stages as their highest rate)",
    ),
  rate: custom("RATE", "messages a second from 0.001 to 10M, such as 5000 or 10k/s", parseRate)
    .optional()
    .describe("open loop: messages a second over all connections, sent when due, whether or not echoes come back"),
  bitrate: custom("BITRATE", expectedBitRate, parseBitRate)
    .optional()
    .describe(
      "bytes of stream, upload, download and both go at this rate over all connections, of both each way (default: as many as go)",
    ),
  stages: custom("RATE:TIME,...", "stages such as 10k/s:30s,50k/s:1m,0:10s", parseStages)
    .optional()
    .describe(
      "open loop whose rate changes linearly to each RATE within its TIME, from 0 at first; a TIME of 0s is a step",
    ),
  arrival: choice(["constant", "poisson"])
    .prefault("constant")
    .describe("spacing of the messages of --rate and --stages: even, or random as from many independent senders"),
  warmup: duration(0).optional().describe("load before the measurement (default: 1s, or 0 with --messages or --bytes)"),
  ramp: duration(0)
    .prefault("0s")
    .describe("open the connections evenly over this time, each sending as soon as it is open; the warm-up follows"),
  engine: choice(["auto", "epoll", "bun"])
    .prefault("auto")
    .describe("what moves the bytes: epoll through the C library (Linux, no TLS) or Bun's sockets; auto prefers epoll"),
  busyPoll: custom(busyPollOption.hint, busyPollOption.expected, busyPollOption.parse)
    .prefault("off")
    .describe(busyPollOption.summary),
  threads: integer("N", 1, 256).prefault(1).describe("threads that generate the load"),
  cpu: custom(cpuOption.hint, cpuOption.expected, cpuOption.parse)
    .optional()
    .describe("processors to run on, such as 0-3,6: one for each thread of the load in turn (Linux only)"),
  timeout: duration(1).prefault("5s").describe("how long one echo may take"),
  connectTimeout: duration(1).prefault("5s").describe("how long one connect may take"),
  reconnect: flag()
    .prefault(false)
    .describe("open a broken connection again, and report each outage; it still counts as an error"),
};

const together = {
  startAt: custom(
    "TIME",
    "a time such as 2026-01-02T03:04:05Z, 1767323045 or +5s",
    // Not the function itself, which takes more than the text.
    (written) => parseStartTime(written),
  )
    .optional()
    .describe("connect at once and start the load at TIME: ISO 8601, seconds since 1970, or +5s from now"),
  startLate: flag()
    .prefault(false)
    .describe("start at once if TIME has passed before the connections are open, instead of with exit code 2"),
  shard: custom("I/N", "the number of this client and how many there are, such as 1/3, or auto", (written) =>
    parseShard(written),
  )
    .optional()
    .describe(
      "be client I of N: all options describe the load of the N together, and client merge judges --expect; auto asks Slurm, Kubernetes, MPI",
    ),
};

const payload = {
  payload: custom("KIND", "random, zeros, text or file:PATH", parsePayloadKind, { file: "input" })
    .prefault("random")
    .describe("bytes to send: random, zeros, text or file:PATH"),
  seed: integer("N", 0, 2 ** 32 - 1)
    .optional()
    .describe("repeats the bytes of the run that printed this seed (default: random, with --shard from --start-at)"),
  expectTransform: choice(transformNames)
    .prefault("none")
    .describe("the --transform that the server was started with: uppercase"),
  verify: flag().prefault(true).describe("do not compare the echoes with what was sent"),
};

const sockets = {
  buffer: size(1, gibibyte, "1 GiB")
    .optional()
    .describe("kernel send and receive buffer (default: the kernel's autotuning)"),
  sndbuf: size(1, gibibyte, "1 GiB").optional().describe("kernel send buffer alone, SO_SNDBUF"),
  rcvbuf: size(1, gibibyte, "1 GiB").optional().describe("kernel receive buffer alone, SO_RCVBUF"),
  noDelay: flag()
    .prefault(true)
    .describe("send small messages at once, TCP_NODELAY; --no-delay off lets the kernel delay and join them"),
  ...socketOptionShape,
  ...sourcePortShape,
};

/** Files that a result is exported to. */
export const exportShape = {
  hdr: writtenFile()
    .optional()
    .describe("write the round trips' percentiles to FILE as HdrHistogram's plotter reads them, in ms"),
  html: writtenFile().optional().describe("write the report as a page for the browser to FILE"),
  csv: writtenFile().optional().describe("write the time series as CSV to FILE"),
  prometheus: writtenFile()
    .optional()
    .describe("write the figures to FILE as Prometheus' textfile collector reads them; labels become labels"),
};

/** A limit may have commas of its own, as in messages/s>=200,000. */
const betweenThresholds = { separator: String.raw`,(?!\d{3}(?!\d))` };

/** The thresholds that a result is judged by. */
export const expectShape = {
  expect: list<Threshold>(
    "THRESHOLD",
    "a threshold such as p99<2ms, errors==0, throughput>1GB/s, messages/s>=100k or p99<2ms after 30s",
    parseThreshold,
    betweenThresholds,
  )
    .prefault([])
    .describe(
      "a threshold that the result has to keep, such as p99<2ms or messages/s>=100k, or from a time on: p99<2ms after 30s; may be repeated",
    ),
};

const output = {
  ...expectShape,
  abortOn: list<AbortCondition>(
    "CONDITION",
    "a condition such as p99>50ms for 5s, errors>100 or messages/s<1k for 10s",
    parseAbortCondition,
    betweenThresholds,
  )
    .prefault([])
    .describe(
      "end the run, with exit code 4, when rows of the time series fulfil this for that long, such as p99>50ms for 5s; may be repeated",
    ),
  interval: duration(100)
    .optional()
    .describe("length of a row of the time series (default: 1s); when given, rows are shown as they are measured"),
  ndjson: flag()
    .prefault(false)
    .describe("events (start, interval, error, end) as JSON, a line each as they happen, on standard output"),
  ...exportShape,
  serverStats: webAddress("an http or https address without a password, which is given with --server-stats-token")
    .optional()
    .describe("add the server's own figures to the result: JSON from URL, before and after the run"),
  serverStatsToken: secret("TOKEN", "a secret of printable ASCII characters without spaces")
    .optional()
    .describe("secret that --server-stats requires, sent as a bearer token; better set in the environment"),
  ...adminShape("a live page, /metrics and /healthz"),
  json: outputFile()
    .optional()
    .describe("write the result as JSON to FILE, or to standard output instead of the report"),
  quiet: flag().prefault(false).describe("no live figures and no rows"),
  label: repeatable<Label>("KEY=VALUE", "key=value", parseLabel, findRepeated)
    .prefault([])
    .describe("stored in the result; may be repeated"),
  config: configFile(),
};

/** Every option of the client under the headings of its help. */
export const clientSections = {
  Target: target,
  Load: load,
  "Many machines": together,
  Payload: payload,
  Sockets: sockets,
  TLS: tlsShape,
  Output: output,
};

/** Options that exclude each other: a Unix socket has no address and no TCP; {port} says where the server listens. */
export const clientConflicts: readonly Conflict[] = [
  [
    "unix",
    ["host", "port", "bind", "ipv4", "ipv6", "tls", ...Object.keys({ ...socketOptionShape, ...sourcePortShape })],
  ],
  ["serverCommand", ["host", "port", "unix", "ipv6"], (command) => namesFreePort(command)],
];

/** Parses the options. */
export const clientOptions = z.object({
  ...target,
  ...load,
  ...together,
  ...payload,
  ...sockets,
  ...tlsShape,
  ...output,
});

/** The client's options: times in milliseconds, sizes in bytes. */
export type ClientOptions = z.output<typeof clientOptions>;

/** The options of all commands that say where and how to connect. */
type ConnectionOptions = Pick<ClientOptions, keyof typeof tcpTarget | keyof typeof tlsShape>;

/** The options of a default load to the target of another command. */
export function standardLoad(connection: ConnectionOptions): ClientOptions {
  const { host, port, ipv4, ipv6, tls, tlsCa, tlsCert, tlsKey, tlsServerName, tlsFingerprint, insecure } = connection;
  const chosen = { host, port, ipv4, ipv6, tls, tlsCa, tlsCert, tlsKey, tlsServerName, tlsFingerprint, insecure };
  return { ...clientOptions.parse({}), ...chosen };
}
