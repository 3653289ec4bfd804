import { ValueError } from "../errors.ts";
import { parseDurationMs } from "../text/parse-units.ts";
import { listMetrics, type MeasuredLoad, type Metric, metrics } from "./metrics.ts";
import { figuresOfRows } from "./row-figures.ts";
import type { Interval, RunFigures, RunResult } from "./run-result.ts";

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
    throw new ValueError(`there is no metric ${JSON.stringify(name)}; expected one of ${listMetrics(() => true)}`);
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

/** The value that was compared, as people write it; a bare number where the metric is of another version. */
export function formatActual({ expression, actual }: Judgement): string {
  const [name = ""] = /^[^<>=!\s]+/.exec(expression) ?? [];
  return actual === null ? "not measured" : (metrics.get(name)?.quantity.format(actual) ?? String(actual));
}
