import type { LatencySummary } from "../latency/latency-summary.ts";
import { latencyRows } from "../latency/percentiles.ts";
import { ValueError } from "../errors.ts";
import { hasMessages, type LoadMode, seesRetransmits, type Way, waysOf } from "./load-modes.ts";
import { figuresOfRows, type RowFigures } from "./row-figures.ts";
import { retransmitsOf } from "./sender-summary.ts";
import type { Interval, RunFigures, RunResult } from "./run-result.ts";
import {
  parseByteRate,
  parseCount,
  parseDurationMs,
  parseLatencyNs,
  parseRatePerSecond,
  parseSizeBytes,
} from "../text/parse-units.ts";
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

interface Metric {
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

const metrics = new Map<string, Metric>([
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

const comparisons = new Map<string, (actual: number, limit: number) => boolean>([
  ["<", (actual, limit) => actual < limit],
  ["<=", (actual, limit) => actual <= limit],
  [">", (actual, limit) => actual > limit],
  [">=", (actual, limit) => actual >= limit],
  ["==", (actual, limit) => actual === limit],
  ["!=", (actual, limit) => actual !== limit],
]);

/** A limit that the result has to keep, such as `p99<2ms`. */
export interface Threshold {
  readonly expression: string;
  readonly metric: string;
  readonly operator: string;
  /** in base units: nanoseconds, bytes, bytes or messages a second */
  readonly limit: number;
  /** judges only the rows of the time series whose middle is at or after this time of the window; undefined for the whole run */
  readonly afterMs?: number | undefined;
}

/** The metrics that a threshold can be set for. */
export const metricNames: readonly string[] = [...metrics.keys()];

/** The metrics in words: the latencies once, with the prefixes that they also have. */
function listMetrics(isIn: (metric: Metric) => boolean): string {
  const known = [...metrics].filter(([, each]) => isIn(each)).map(([name]) => name);
  const labels = latencyFields.map(({ label }) => label);
  const prefixes = Object.keys(latencies).filter((prefix) => known.includes(`${prefix}max`));
  const others = known.filter((name) => !labels.some((label) => name.endsWith(label)));
  const written = prefixes.map((prefix) => (prefix === "" ? "" : `${prefix}${labels[0]} to ${prefix}max`));
  const plain = prefixes.includes("") ? labels : [];
  return [...plain, ...written.filter(Boolean), ...others].join(", ");
}

/** @throws ValueError when rows of a time series have no such metric */
export function checkRowMetric({ metric: name }: Pick<Threshold, "metric">): void {
  if (metrics.get(name)?.readRows) return;
  const have = listMetrics(({ readRows }) => readRows !== undefined);
  throw new ValueError(`the rows of the time series have no ${name}; expected one of ${have}`);
}

/**
 * Reads the time behind a word: `30s` of `p99<2ms after 30s`; undefined without the word.
 * @returns the time, and the text before the word
 * @throws ValueError when it is no time
 */
export function splitTime(text: string, word: "after" | "for"): { rest: string; timeMs: number } | undefined {
  const [, rest, timeText = ""] = new RegExp(String.raw`^(.*?)\s+${word}(?:\s+(.*))?$`).exec(text.trim()) ?? [];
  if (rest === undefined) return undefined;
  const timeMs = parseDurationMs(timeText);
  if (timeMs !== undefined && Number.isFinite(timeMs)) return { rest, timeMs };
  throw new ValueError(`expected a time such as 30s after the word ${word}`);
}

/**
 * Reads `METRIC OPERATOR LIMIT`, with or without spaces, and ` after TIME`; undefined for text of another form.
 * @throws ValueError for an unknown metric or one that rows do not have, and for a limit of another kind or with two meanings
 */
export function parseThreshold(text: string): Threshold | undefined {
  const after = splitTime(text, "after");
  if (!after) return parseLimit(text.trim());
  const whole = parseLimit(after.rest);
  if (!whole) return undefined;
  checkRowMetric(whole);
  return { ...whole, expression: text.trim(), afterMs: after.timeMs };
}

function parseLimit(text: string): Threshold | undefined {
  const [, name = "", operator = "", limitText = ""] = /^([^<>=!\s]+)\s*([<>=!]=?)\s*([^<>=!]+)$/.exec(text) ?? [];
  if (name === "" || !comparisons.has(operator)) return undefined;
  const found = metrics.get(name);
  if (!found)
    throw new ValueError(`there is no metric ${JSON.stringify(name)}; expected one of ${listMetrics(always)}`);
  const limit = found.quantity.parse(limitText);
  if (limit === undefined) throw new ValueError(`expected a limit of ${name} such as ${found.quantity.example}`);
  if (limit === Number.POSITIVE_INFINITY) {
    throw new ValueError(`expected a limit of ${name} of at most ${Number.MAX_SAFE_INTEGER}${found.quantity.unit}`);
  }
  return { expression: text, metric: name, operator, limit };
}

/** Why such a run can never keep a threshold, as it has no such value, with what it has; undefined when it has one. */
export function findMissing(thresholds: readonly Threshold[], load: MeasuredLoad): string | undefined {
  const isKnown = ({ isIn, isInRows = isIn }: Metric, afterMs?: number): boolean =>
    afterMs === undefined ? isIn(load) : isInRows(load);
  const missing = thresholds.find(({ metric: name, afterMs }) => {
    const found = metrics.get(name);
    return found && !isKnown(found, afterMs);
  });
  if (!missing) return undefined;
  const { afterMs } = missing;
  const have = listMetrics((each) => isKnown(each, afterMs) && (afterMs === undefined || each.readRows !== undefined));
  const what = metrics.get(missing.metric)?.isIn(load) ? "run's time series has" : "run has";
  return `"${missing.expression}": this ${what} no ${missing.metric}; expected one of ${have}`;
}

/** A threshold and how it turned out. `actual` is in base units, null where the run has no such value. */
export type Judgement = RunResult["expectations"][number];

function compare({ expression, operator, limit }: Threshold, actual: number | undefined): Judgement {
  const isKept = actual !== undefined && (comparisons.get(operator)?.(actual, limit) ?? false);
  return { expression, actual: actual ?? null, ok: isKept };
}

/**
 * Whether rows of a time series together keep a threshold. A value that they do not have keeps none.
 * @throws Error when a histogram cannot be decoded
 */
export function judgeRows(threshold: Threshold, rows: readonly Interval[]): Judgement {
  const { metric: name, afterMs = 0 } = threshold;
  const judged = rows.filter(({ startMs, endMs }) => (startMs + endMs) / 2 >= afterMs);
  const actual = judged.length > 0 ? metrics.get(name)?.readRows?.(figuresOfRows(judged)) : undefined;
  return compare(threshold, actual);
}

/**
 * Whether the result keeps a threshold. A value that the run does not have keeps none.
 * @throws Error when the threshold is of a part, and a histogram of the time series cannot be decoded
 */
export function judge(threshold: Threshold, result: RunFigures): Judgement {
  if (threshold.afterMs !== undefined) return judgeRows(threshold, result.intervals);
  return compare(threshold, metrics.get(threshold.metric)?.read(result));
}

/** A metric of a result, in base units and as people write it; undefined where the run has no such value. */
export function readMetric(name: string, result: RunFigures): { value: number; text: string } | undefined {
  const { read, quantity } = metrics.get(name) ?? {};
  const value = read?.(result);
  return value === undefined || !quantity ? undefined : { value, text: quantity.format(value) };
}

/** The value that was compared, as people write it; a bare number where the metric is of another version. */
export function formatActual({ expression, actual }: Judgement): string {
  const [name = ""] = /^[^<>=!\s]+/.exec(expression) ?? [];
  return actual === null ? "not measured" : (metrics.get(name)?.quantity.format(actual) ?? String(actual));
}
