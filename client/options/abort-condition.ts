import { ValueError } from "../../lib/errors.ts";
import { checkRowMetric, parseThreshold, splitTime, type Threshold } from "../../lib/result/thresholds.ts";

/** What ends a run early: rows of the time series that fulfil a condition for some time. */
export interface AbortCondition {
  /** as it was written, such as `p99>50ms for 5s` */
  readonly expression: string;
  readonly condition: Threshold;
  /** 0 where the first such row ends the run */
  readonly forMs: number;
}

/**
 * Reads `METRIC OPERATOR LIMIT`, and ` for TIME`; undefined for text of another form.
 * @throws ValueError for a metric that rows do not have, and for a limit or a time that cannot be read
 */
export function parseAbortCondition(text: string): AbortCondition | undefined {
  const { rest, timeMs } = splitTime(text, "for") ?? { rest: text, timeMs: 0 };
  const condition = parseThreshold(rest);
  if (!condition) return undefined;
  if (condition.afterMs !== undefined) throw new ValueError("expected no after TIME, which is of --expect");
  checkRowMetric(condition);
  return { expression: text.trim(), condition, forMs: timeMs };
}
