import type { Interval, RunResult } from "../../lib/result/run-result.ts";
import { judgeRows } from "../../lib/result/thresholds.ts";
import type { AbortCondition } from "../options/abort-condition.ts";

/** The condition that ended a run, and when. */
export type Aborted = NonNullable<RunResult["aborted"]>;

/** For how long rows in a row have fulfilled a condition. */
class Streak {
  readonly condition: AbortCondition;
  #startMs: number | undefined;

  constructor(condition: AbortCondition) {
    this.condition = condition;
  }

  /** @returns whether the condition has been fulfilled for its time */
  see(row: Interval, startMs: number, endMs: number): boolean {
    const { condition, forMs } = this.condition;
    const { actual, ok } = judgeRows(condition, [row]);
    // A row without messages has no round trips that could end a streak, and its time passes all the same.
    if (ok) this.#startMs ??= startMs;
    else if (actual !== null) this.#startMs = undefined;
    return this.#startMs !== undefined && endMs - this.#startMs >= forMs;
  }
}

/** Watches the rows of the time series for what ends the run early. */
export class AbortWatch {
  readonly #streaks: readonly Streak[];
  readonly #intervalMs: number;
  #aborted: Aborted | null = null;

  /** @param intervalMs width of the rows, which timers end a few ms late */
  constructor(conditions: readonly AbortCondition[], intervalMs: number) {
    this.#streaks = conditions.map((condition) => new Streak(condition));
    this.#intervalMs = intervalMs;
  }

  /** What ended the run; null while nothing did. */
  get aborted(): Aborted | null {
    return this.#aborted;
  }

  /** Judges the next row. @returns whether the run is to end now, as it does once */
  see(row: Interval): boolean {
    if (this.#aborted) return false;
    const planned = (ms: number): number => Math.round(ms / this.#intervalMs) * this.#intervalMs;
    // Each streak sees every row, whatever another one found.
    const found = this.#streaks.map((streak) => streak.see(row, planned(row.startMs), planned(row.endMs)));
    const fulfilled = this.#streaks[found.indexOf(true)];
    if (!fulfilled) return false;
    this.#aborted = { expression: fulfilled.condition.expression, atMs: row.endMs };
    return true;
  }
}
