import type { LatencySummary } from "../latency/latency-summary.ts";
import { latencyRows } from "../latency/percentiles.ts";
import { hasMessages, type LoadMode, seesRetransmits, type Way, waysOf } from "./load-modes.ts";
import type { RowFigures } from "./row-figures.ts";
import { retransmitsOf } from "./sender-summary.ts";
import type { RunFigures } from "./run-result.ts";
import { parseByteRate, parseCount, parseLatencyNs, parseRatePerSecond, parseSizeBytes } from "../text/parse-units.ts";
import { formatByteRate, formatBytes, formatCount, formatLatency } from "../text/format-units.ts";

/** What kind of amount a metric is: how a limit is written and how a value is shown. */
interface Quantity {
  /** how a limit is written, for messages */
  readonly example: string;
  /** the base unit, as it is written after a limit */
  readonly unit: string;
  /** the limit in base units; undefined for text of another kind. Throws a ValueError where it could mean two things */
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
}

/** What decides which metrics a run has. */
export interface MeasuredLoad {
  readonly mode: LoadMode;
  /** whether messages are sent at a rate */
  readonly isOpenLoop: boolean;
  /** whether the kernel has figures of the connections, which it has not of Unix sockets */
  readonly hasTcp: boolean;
}

/** A figure of a run that a threshold can be set for. */
export interface Metric {
  readonly quantity: Quantity;
  /** whether such a run has it */
  readonly isIn: (load: MeasuredLoad) => boolean;
  /** in base units; undefined where the run has no such value */
  readonly read: (result: RunFigures) => number | undefined;
  /** the same of rows of the time series; undefined where rows have no such metric */
  readonly readRows?: ((figures: RowFigures) => number | undefined) | undefined;
  /** whether the rows of such a run have it too */
  readonly isInRows?: ((load: MeasuredLoad) => boolean) | undefined;
}

const latency: Quantity = { example: "2ms", unit: "ns", parse: parseLatencyNs, format: formatLatency };
const count: Quantity = { example: "100k", unit: "", parse: parseCount, format: formatCount };
const rate: Quantity = {
  example: "100k/s",
  unit: "/s",
  parse: parseRatePerSecond,
  format: (value) => `${formatCount(value)}/s`,
};
const bytes: Quantity = { example: "1GB", unit: "B", parse: parseSizeBytes, format: formatBytes };
const byteRate: Quantity = { example: "1GB/s or 8Gbit/s", unit: "B/s", parse: parseByteRate, format: formatByteRate };

const always = (): boolean => true;
const withMessages = ({ mode }: MeasuredLoad): boolean => hasMessages(mode);
const inOpenLoop = ({ isOpenLoop }: MeasuredLoad): boolean => isOpenLoop;
const inChurn = ({ mode }: MeasuredLoad): boolean => mode === "churn";

const latencyFields = [{ field: "mean", label: "mean" }, { field: "stddev", label: "stddev" }, ...latencyRows] as const;

/** The latencies by the prefix of their metrics; without one, the round trip. */
const latencies = {
  "": { select: ({ rttNs }: RunFigures) => rttNs, isIn: withMessages },
  "connect-": { select: ({ connectNs }: RunFigures) => connectNs, isIn: always },
  "service-": { select: ({ serviceNs }: RunFigures) => serviceNs, isIn: inOpenLoop },
  "window-wait-": { select: ({ windowWaitNs }: RunFigures) => windowWaitNs, isIn: inOpenLoop },
  "send-lag-": { select: ({ sendLagNs }: RunFigures) => sendLagNs, isIn: inOpenLoop },
  "life-": { select: ({ lifeNs }: RunFigures) => lifeNs, isIn: inChurn },
} as const;

/** A summary in a metric of this field; undefined without samples. */
const fieldOf = (field: (typeof latencyFields)[number]["field"], summary: LatencySummary | null): number | undefined =>
  summary && summary.count > 0 ? summary[field] : undefined;

function latencyMetrics(
  prefix: string,
  select: (result: RunFigures) => LatencySummary | null,
  isIn: Metric["isIn"],
): Array<[string, Metric]> {
  return latencyFields.map(({ field, label }) => {
    const read = (result: RunFigures): number | undefined => fieldOf(field, select(result));
    // Rows have round trips alone.
    const readRows = prefix === "" ? ({ rttNs }: RowFigures) => fieldOf(field, rttNs) : undefined;
    return [prefix + label, { quantity: latency, isIn, read, readRows }];
  });
}

function metric(quantity: Quantity, read: Metric["read"], isIn: Metric["isIn"] = always): Metric {
  return { quantity, read, isIn };
}

const wayMetric = (way: Way): Metric =>
  metric(
    byteRate,
    ({ ways }) => ways?.[way]?.bytesPerSecond,
    ({ mode }) => waysOf(mode).includes(way),
  );

/** A metric that is read of rows in the same way. */
function rowMetric(
  quantity: Quantity,
  read: NonNullable<Metric["readRows"]>,
  isIn: Metric["isIn"] = always,
  isInRows = isIn,
): Metric {
  return { quantity, read, readRows: read, isIn, isInRows };
}

const readCpu = ({ cpu, totals }: RunFigures): number | undefined =>
  totals.messages > 0 ? cpu.perMessageUs * 1e3 : undefined;

/** All metrics by their names, in the order in which they are listed. */
export const metrics: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ...Object.entries(latencies).flatMap(([prefix, { select, isIn }]) => latencyMetrics(prefix, select, isIn)),
  ["jitter", metric(latency, ({ rttNs }) => (rttNs.count > 0 ? rttNs.jitter : undefined), withMessages)],
  ["errors", rowMetric(count, ({ errors }) => errors.total)],
  ["connections", metric(count, ({ totals }) => totals.connections)],
  ["messages", rowMetric(count, ({ totals }) => totals.messages, withMessages)],
  ["bytes", rowMetric(bytes, ({ totals }) => totals.bytesReceived)],
  ["messages/s", rowMetric(rate, ({ throughput }) => throughput.messagesPerSecond, withMessages)],
  ["connections/s", metric(rate, ({ throughput }) => throughput.connectionsPerSecond ?? undefined, inChurn)],
  ["throughput", rowMetric(byteRate, ({ throughput }) => throughput.bytesPerSecond)],
  ["upload", wayMetric("upload")],
  ["download", wayMetric("download")],
  [
    "retransmits",
    rowMetric(
      count,
      ({ tcpInfo, ways }) => tcpInfo?.retransmits ?? retransmitsOf(ways),
      ({ hasTcp }) => hasTcp,
      seesRetransmits,
    ),
  ],
  ["cpu/message", metric(latency, readCpu, withMessages)],
]);

/** The names of all metrics. */
export const metricNames: readonly string[] = [...metrics.keys()];

/** Metrics in words: the latencies once, with the prefixes that they also have. */
export function listMetrics(isIn: (metric: Metric) => boolean): string {
  const known = [...metrics].filter(([, each]) => isIn(each)).map(([name]) => name);
  const labels = latencyFields.map(({ label }) => label);
  const prefixes = Object.keys(latencies).filter((prefix) => known.includes(`${prefix}max`));
  const others = known.filter((name) => !labels.some((label) => name.endsWith(label)));
  const written = prefixes.map((prefix) => (prefix === "" ? "" : `${prefix}${labels[0]} to ${prefix}max`));
  const plain = prefixes.includes("") ? labels : [];
  return [...plain, ...written.filter(Boolean), ...others].join(", ");
}

/** A metric of a result, in base units and as people write it; undefined where the run has no such value. */
export function readMetric(name: string, result: RunFigures): { value: number; text: string } | undefined {
  const { read, quantity } = metrics.get(name) ?? {};
  const value = read?.(result);
  return value === undefined || !quantity ? undefined : { value, text: quantity.format(value) };
}
