import type { LatencySummary } from "../latency/latency-summary.ts";
import type { RunResult } from "./run-result.ts";
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatLatency,
  parseCount,
  parseLatencyNs,
  parseRatePerSecond,
  parseSizeBytes,
} from "../units.ts";

/** What kind of amount a metric is: decides how a bound is written and how a value is shown. */
interface Quantity {
  /** the bound in base units; undefined for what is not written so */
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
}

interface Metric {
  readonly quantity: Quantity;
  /** in base units; undefined where the run has no such value */
  readonly read: (result: RunResult) => number | undefined;
}

const withoutPerSecond = (text: string): string => text.replace(/\/s$/, "");

const latency: Quantity = { parse: parseLatencyNs, format: formatLatency };
const count: Quantity = { parse: parseCount, format: formatCount };
const rate: Quantity = {
  parse: parseRatePerSecond,
  format: (value) => `${formatCount(value)}/s`,
};
const bytes: Quantity = { parse: parseSizeBytes, format: formatBytes };
const byteRate: Quantity = {
  parse: (text) => (text.endsWith("/s") ? parseSizeBytes(withoutPerSecond(text)) : undefined),
  format: formatByteRate,
};

const latencyFields = {
  min: "min",
  mean: "mean",
  stddev: "stddev",
  p50: "p50",
  p75: "p75",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  "p99.9": "p99_9",
  "p99.99": "p99_99",
  max: "max",
} as const satisfies Record<string, keyof LatencySummary>;

function latencyMetrics(prefix: string, select: (result: RunResult) => LatencySummary | null): Array<[string, Metric]> {
  return Object.entries(latencyFields).map(([name, field]) => {
    const read = (result: RunResult): number | undefined => {
      const summary = select(result);
      return summary && summary.count > 0 ? summary[field] : undefined;
    };
    return [prefix + name, { quantity: latency, read }];
  });
}

const metrics = new Map<string, Metric>([
  ...latencyMetrics("", ({ rttNs }) => rttNs),
  ["jitter", { quantity: latency, read: ({ rttNs }) => (rttNs.count > 0 ? rttNs.jitter : undefined) }],
  ...latencyMetrics("connect-", ({ connectNs }) => connectNs),
  ...latencyMetrics("service-", ({ serviceNs }) => serviceNs),
  ...latencyMetrics("send-lag-", ({ sendLagNs }) => sendLagNs),
  ...latencyMetrics("life-", ({ lifeNs }) => lifeNs),
  ["errors", { quantity: count, read: ({ errors }) => errors.total }],
  ["connections", { quantity: count, read: ({ totals }) => totals.connections }],
  ["messages", { quantity: count, read: ({ totals }) => totals.messages }],
  ["bytes", { quantity: bytes, read: ({ totals }) => totals.bytesReceived }],
  ["messages/s", { quantity: rate, read: ({ throughput }) => throughput.messagesPerSecond }],
  ["connections/s", { quantity: rate, read: ({ throughput }) => throughput.connectionsPerSecond ?? undefined }],
  ["throughput", { quantity: byteRate, read: ({ throughput }) => throughput.bytesPerSecond }],
  ["retransmits", { quantity: count, read: ({ tcpInfo }) => tcpInfo?.retransmits }],
  ["cpu/message", { quantity: latency, read: ({ cpu }) => cpu.perMessageUs * 1e3 }],
]);

const comparisons: Record<string, (actual: number, bound: number) => boolean> = {
  "<": (actual, bound) => actual < bound,
  "<=": (actual, bound) => actual <= bound,
  ">": (actual, bound) => actual > bound,
  ">=": (actual, bound) => actual >= bound,
  "==": (actual, bound) => actual === bound,
  "!=": (actual, bound) => actual !== bound,
};

/** A bound that the result has to keep, such as `p99<2ms`. */
export interface Threshold {
  readonly expression: string;
  readonly metric: string;
  readonly operator: string;
  /** in base units: nanoseconds, bytes, bytes or messages a second */
  readonly bound: number;
}

/** The metrics that can be bounded. */
export const metricNames: readonly string[] = [...metrics.keys()];

/** Reads `METRIC OPERATOR BOUND` with or without spaces; undefined for an unknown metric, operator or unit. */
export function parseThreshold(text: string): Threshold | undefined {
  const [, metric = "", operator = "", boundText = ""] = /^([^<>=!\s]+)\s*([<>=!]=?)\s*(\S+)$/.exec(text.trim()) ?? [];
  const bound = metrics.get(metric)?.quantity.parse(boundText);
  if (bound === undefined || !(operator in comparisons)) return undefined;
  return { expression: text.trim(), metric, operator, bound };
}

/** One expectation and how it turned out. `actual` is in base units, null where the run has no such value. */
export type Judgement = RunResult["expectations"][number];

/** Whether the result keeps a bound. A value that the run does not have keeps none. */
export function judge({ expression, metric, operator, bound }: Threshold, result: RunResult): Judgement {
  const actual = metrics.get(metric)?.read(result);
  const isKept = actual !== undefined && (comparisons[operator]?.(actual, bound) ?? false);
  return { expression, actual: actual ?? null, ok: isKept };
}

/** The value that was compared, as people write it. */
export function formatActual({ metric }: Threshold, { actual }: Judgement): string {
  return actual === null ? "not measured" : (metrics.get(metric)?.quantity.format(actual) ?? String(actual));
}
