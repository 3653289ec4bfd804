import { LatencyHistogram } from "../latency/histogram.ts";
import { encodeLatency } from "../latency/hdr-encoding.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { type DecodedResult, decodedResultSchema } from "./decoded-result.ts";
import type { RunResult } from "./run-result.ts";

/** Round trips from 50 to 150 µs. */
const rtt = new LatencyHistogram();
for (let i = 0; i < 100_000; i++) rtt.record(50_000 + i);

const latency = summarizeLatency(rtt);
const encoded = encodeLatency(rtt);
const rowLatency = { p50: latency.p50, p99: latency.p99, max: latency.max };
const tcp = { rttUs: 50, cwnd: 10, samples: 20 };
const row = {
  messages: 1_000_000,
  bytes: 1_024_000_000,
  uploadedBytes: null,
  errors: 0,
  retransmits: 0,
  tcp,
  histogram: encoded,
};

const way = {
  bytes: 1_024_000_000,
  bytesPerSecond: 102_400_000,
  sender: {
    ...{ connections: 1, rttUs: 50, minRttUs: 20, retransmits: 0, cwnd: 10, sndMss: 1_448, deliveryRateBps: 1_000_000 },
    ...{ busyMs: 9_000, rwndLimitedMs: 100, sndbufLimitedMs: 0, limitedBy: "network" as const },
  },
  ecn: { connections: 1, ecnConnections: 1, ecnSeenConnections: 0 },
};

/** What a result has of a load that moves bytes one way; of others it has `null`. */
export const bothWays: NonNullable<RunResult["ways"]> = { upload: way, download: way };

/** A result that passed and has a value in every field, with the changes of a test. */
export const resultOf = (changes: Partial<RunResult> = {}): RunResult => ({
  schema: "echobench.run/1",
  tool: { name: "echobench", version: "1.0.0", bun: "1.4.5", commit: "abc1234" },
  startedAt: "2026-01-02T03:04:05.000Z",
  environment: { os: "Linux", kernel: "6", arch: "x64", cpu: "any", cores: 2, memoryBytes: 4e9, loadAverage1m: 0.1 },
  options: { mode: "echo", conns: 2, size: 1_024, verify: true },
  labels: { site: "berlin" },
  seed: 7,
  target: { host: "localhost", address: "127.0.0.1", port: 7878, family: "ipv4", tls: true },
  tls: {
    protocol: "TLSv1.3",
    cipher: "TLS_AES_128_GCM_SHA256",
    serverName: "localhost",
    isVerified: true,
    certificate: { subject: "CN=a", issuer: "CN=b", validFrom: "2026", validTo: "2027", fingerprint256: "AA" },
  },
  window: { durationMs: 10_000, warmupMs: 1_000, openedAt: 1_767_323_046_000_000 },
  shard: null,
  clock: { offsetUs: 0, errorUs: 500, isSynchronised: true },
  totals: { connections: 2, messages: 2_000_000, bytesSent: 2_048_000_000, bytesReceived: 2_048_000_000 },
  throughput: {
    messagesPerSecond: 200_000,
    bytesPerSecond: 204_800_000,
    sentBytesPerSecond: 204_800_000,
    connectionsPerSecond: 100,
  },
  rttNs: { ...latency, jitter: 1_000 },
  serviceNs: latency,
  windowWaitNs: latency,
  sendLagNs: latency,
  connectNs: latency,
  lifeNs: latency,
  sizes: [{ minBytes: 64, maxBytes: 127, messages: 5, rttNs: latency, histogram: encoded }],
  outages: [{ connection: 1, cause: "reset", startMs: 5, durationMs: 100, failedConnects: 0 }],
  histograms: { rtt: encoded, connect: encoded },
  intervals: [0, 1].map((i) => ({ ...row, startMs: i * 5_000, endMs: i * 5_000 + 5_000, rttNs: rowLatency })),
  tcpInfo: {
    ...{
      connections: 2,
      rttUs: 50,
      minRttUs: 5,
      retransmits: 0,
      cwnd: 10,
      sndMss: 1_448,
      deliveryRateBps: 1e9,
      samples: 200,
    },
    ...{ busyMs: 1, rwndLimitedMs: 0, sndbufLimitedMs: 0, sndbufBytes: 16_384, rcvbufBytes: 131_072, advice: null },
    ...{ ecnConnections: 0, ecnSeenConnections: 0 },
  },
  ways: null,
  sockets: {
    ...{
      congestion: "cubic",
      mptcp: true,
      fastOpen: null,
      dscp: 46,
      mssBytes: 988,
      device: "eth0",
      pacingBytesPerSecond: 12_500_000,
    },
    ...{ userTimeoutMs: 5_000, notsentLowatBytes: 16_384, sourcePorts: { from: 50_000, to: 50_100 } },
  },
  fastOpen: null,
  cpu: { userMs: 1_000, systemMs: 9_000, perMessageUs: 5 },
  harness: null,
  server: null,
  merged: null,
  errors: { total: 0, byKind: {}, first: [] },
  warnings: [],
  expectations: [],
  aborted: null,
  verdict: "pass",
  reason: "every byte came back as it was sent",
  exitCode: 0,
  ...changes,
});

/** The same result, decoded. */
export const decodedResultOf = (changes: Partial<DecodedResult> = {}): DecodedResult =>
  decodedResultSchema.parse({ ...resultOf(), histograms: { rtt, connect: rtt }, ...changes });
