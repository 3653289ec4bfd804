import type { LatencySummary } from "../latency/latency-summary.ts";
import { latencyRows } from "../latency/percentiles.ts";
import type { RunFigures, RunResult } from "./run-result.ts";
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

/** What kind of amount a metric is: how a limit is written and how a value is shown. */
interface Quantity {
  /** the limit in base units; undefined for text of another kind */
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
}

interface Metric {
  readonly quantity: Quantity;
  /** in base units; undefined where the run has no such value */
  readonly read: (result: RunFigures) => number | undefined;
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

const latencyFields = [{ field: "mean", label: "mean" }, { field: "stddev", label: "stddev" }, ...latencyRows] as const;

function latencyMetrics(
  prefix: string,
  select: (result: RunFigures) => LatencySummary | null,
): Array<[string, Metric]> {
  return latencyFields.map(({ field, label }) => {
    const read = (result: RunFigures): number | undefined => {
      const summary = select(result);
      return summary && summary.count > 0 ? summary[field] : undefined;
    };
    return [prefix + label, { quantity: latency, read }];
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

const comparisons: Record<string, (actual: number, limit: number) => boolean> = {
  "<": (actual, limit) => actual < limit,
  "<=": (actual, limit) => actual <= limit,
  ">": (actual, limit) => actual > limit,
  ">=": (actual, limit) => actual >= limit,
  "==": (actual, limit) => actual === limit,
  "!=": (actual, limit) => actual !== limit,
};

/** A limit that the result has to keep, such as `p99<2ms`. */
export interface Threshold {
  readonly expression: string;
  readonly metric: string;
  readonly operator: string;
  /** in base units: nanoseconds, bytes, bytes or messages a second */
  readonly limit: number;
}

/** The metrics that a threshold can be set for. */
export const metricNames: readonly string[] = [...metrics.keys()];

/** Reads `METRIC OPERATOR LIMIT` with or without spaces; undefined for an unknown metric, operator or unit. */
export function parseThreshold(text: string): Threshold | undefined {
  const [, metric = "", operator = "", limitText = ""] = /^([^<>=!\s]+)\s*([<>=!]=?)\s*(\S+)$/.exec(text.trim()) ?? [];
  const limit = metrics.get(metric)?.quantity.parse(limitText);
  if (limit === undefined || !(operator in comparisons)) return undefined;
  return { expression: text.trim(), metric, operator, limit };
}

/** A threshold and how it turned out. `actual` is in base units, null where the run has no such value. */
export type Judgement = RunResult["expectations"][number];

/** Whether the result keeps a threshold. A value that the run does not have keeps none. */
export function judge({ expression, metric, operator, limit }: Threshold, result: RunFigures): Judgement {
  const actual = metrics.get(metric)?.read(result);
  const isKept = actual !== undefined && (comparisons[operator]?.(actual, limit) ?? false);
  return { expression, actual: actual ?? null, ok: isKept };
}

/** The value that was compared, as people write it; a bare number where the expression is of another version. */
export function formatActual({ expression, actual }: Judgement): string {
  const metric = metrics.get(parseThreshold(expression)?.metric ?? "");
  return actual === null ? "not measured" : (metric?.quantity.format(actual) ?? String(actual));
}
