import { type ExitCode, exitCodes } from "../../lib/errors.ts";
import { plural } from "../../lib/units.ts";
import type { Suite } from "../suite/suite.ts";
import { type ComparedMetric, type Comparison, rowsThatAre } from "./comparison.ts";
import { canReject, FEWEST_PAIRS } from "./power.ts";

/** Measurements of two variants, and how they compare. */
export interface Judged {
  readonly suite: Suite;
  readonly comparison: Comparison;
}

/** What was measured to find a regression. */
export interface AbRuns extends Judged {
  /** the second run, of the scenarios that looked slower in the first; undefined if none did */
  readonly confirmation: Judged | undefined;
}

/** What `bench ab` found out. */
export interface AbOutcome {
  readonly kind: "interrupted" | "regression" | "incomplete" | "inconclusive" | "no regression";
  /** `scenario: metric` of what was slower in both runs */
  readonly regressions: readonly string[];
  /** the verdict in capitals, and why */
  readonly text: string;
  readonly exitCode: ExitCode;
}

const nameOf = ({ scenario, metric }: ComparedMetric): string => `${scenario}: ${metric}`;

/** `scenario: metric` of what is slower. */
export const suspectsOf = (comparison: Comparison): string[] => rowsThatAre(comparison, "slower").map(nameOf);

/** The largest slow-down that the interval of a metric does not exclude, as a part of the base. */
export function possibleSlowDown({ better, interval: { low, high } }: ComparedMetric): number {
  return Math.max(0, better === "lower" ? high - 1 : 1 / low - 1);
}

const slowDownText = (row: ComparedMetric): string => {
  const part = possibleSlowDown(row);
  return Number.isFinite(part) ? `up to ${(part * 100).toFixed(0)} % slower` : "any number of times slower";
};

/** Processor time does not show a server that waits, so by itself it cannot clear a scenario. */
const showsSpeed = ({ unit }: ComparedMetric): boolean => unit !== "us";

const isUndecided = ({ verdict }: ComparedMetric): boolean => verdict === "not enough data";

/** Why a regression of a scenario could not have been found; undefined if it could. */
function gapOf(name: string, rows: readonly ComparedMetric[]): string | undefined {
  const speeds = rows.filter((row) => row.scenario === name && showsSpeed(row));
  if (speeds.some((row) => !isUndecided(row))) return undefined;
  const [first] = speeds.toSorted((a, b) => possibleSlowDown(a) - possibleSlowDown(b));
  if (!first) return `${name}: no round was measured of both`;
  const { base, head } = first.samples;
  return canReject(base.length, head.length, true)
    ? `${name}: it varies so much that it may be ${slowDownText(first)} (${first.metric}); give it more --rounds or a higher --threshold`
    : `${name}: ${plural(Math.min(base.length, head.length), "pair")} measured, a test needs ${FEWEST_PAIRS}`;
}

/** What the second run could not tell of what looked slower in the first. */
function unsettledOf(suspects: readonly string[], confirmation: Comparison | undefined): string[] {
  return suspects.flatMap((suspect) => {
    const row = confirmation?.rows.find((each) => nameOf(each) === suspect);
    return row && !isUndecided(row) ? [] : [`${suspect}: slower, and a second run could not tell`];
  });
}

/** Metrics that could not be judged in scenarios that could. */
function blindSpotsOf({ rows }: Comparison): string[] {
  return rows.filter(isUndecided).map((row) => `${nameOf(row)} may be ${slowDownText(row)}`);
}

function missingText(missing: readonly string[]): string {
  const [first = ""] = missing;
  const more = missing.length > 1 ? `, and ${missing.length - 1} more` : "";
  return `${plural(missing.length, "measurement")} could not be made: ${first}${more}`;
}

const lines = (verdict: string, reasons: readonly string[]): string => [verdict, ...reasons].join("\n  ");

/**
 * Judges what was measured. "no regression" needs that every measurement was made and that a regression could have
 * been found in every scenario: enough pairs for the test, and in rate or latency so little noise that it could tell.
 * What looked slower has to be refuted by a second run, not merely unconfirmed.
 */
export function judgeAb({ suite, comparison, confirmation }: AbRuns, isInterrupted: boolean): AbOutcome {
  const suspects = suspectsOf(comparison);
  const confirmed = new Set(confirmation ? suspectsOf(confirmation.comparison) : []);
  const regressions = suspects.filter((suspect) => confirmed.has(suspect));
  const missing = [...suite.missing, ...(confirmation?.suite.missing ?? [])];
  const gaps = [
    ...suite.scenarios.flatMap(({ name }) => gapOf(name, comparison.rows) ?? []),
    ...unsettledOf(suspects, confirmation?.comparison),
  ];
  const holes = missing.length > 0 ? [missingText(missing)] : [];
  if (isInterrupted) {
    return {
      kind: "interrupted",
      regressions: [],
      text: "INTERRUPTED  nothing is judged",
      exitCode: exitCodes.interrupted,
    };
  }
  if (regressions.length > 0) {
    const text = lines(`REGRESSION  slower in two runs: ${regressions.join(", ")}`, holes);
    return { kind: "regression", regressions, text, exitCode: exitCodes.regressionFound };
  }
  if (holes.length > 0) {
    const text = lines(`INCOMPLETE  ${holes.join("")}`, gaps);
    return { kind: "incomplete", regressions, text, exitCode: exitCodes.runFailed };
  }
  if (gaps.length > 0) {
    const text = lines("INCONCLUSIVE  a regression could not have been found", gaps);
    return { kind: "inconclusive", regressions, text, exitCode: exitCodes.runFailed };
  }
  const refuted = suspects.length > 0 ? [`${suspects.join(", ")} looked slower, which a second run refuted`] : [];
  const text = lines("NO REGRESSION", [...refuted, ...blindSpotsOf(comparison)]);
  return { kind: "no regression", regressions, text, exitCode: exitCodes.success };
}
