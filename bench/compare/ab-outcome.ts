import { exitCodes } from "../../lib/errors.ts";
import type { Suite } from "../suite/suite.ts";
import { type Comparison, rowsThatAre } from "./comparison.ts";
import { concluded, type Conclusion, settle } from "./conclusion.ts";
import { blindSpotsOf, gapsOf, isUnsettled, nameOf } from "./sight.ts";

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

/** `scenario: metric` of what is slower. */
export const suspectsOf = (comparison: Comparison): string[] => rowsThatAre(comparison, "slower").map(nameOf);

/** What the second run could not tell of what looked slower in the first. */
function unsettledOf(suspects: readonly string[], confirmation: Comparison | undefined): string[] {
  const rowOf = (suspect: string) => confirmation?.rows.find((each) => nameOf(each) === suspect);
  return suspects.flatMap((suspect) =>
    isUnsettled(rowOf(suspect)) ? [`${suspect}: slower, and a second run could not tell`] : [],
  );
}

/**
 * Judges what was measured. "no regression" needs that every measurement was made and that a regression could have
 * been found in every scenario: enough pairs for the test, and in rate and latency so little noise that it could tell.
 * What looked slower has to be refuted by a second run, not merely unconfirmed.
 */
export function judgeAb({ suite, comparison, confirmation }: AbRuns, isInterrupted: boolean): Conclusion {
  if (isInterrupted) {
    const verdict = "INTERRUPTED  nothing is judged";
    return concluded({ kind: "interrupted", regressions: [], verdict, reasons: [] }, exitCodes.interrupted);
  }
  const suspects = suspectsOf(comparison);
  const confirmed = new Set(confirmation ? suspectsOf(confirmation.comparison) : []);
  const loads = suite.scenarios.map(({ name }) => name);
  const refuted = suspects.length > 0 ? [`${suspects.join(", ")} looked slower, which a second run refuted`] : [];
  return settle({
    how: "slower in two runs",
    regressions: suspects.filter((suspect) => confirmed.has(suspect)),
    missing: [...comparison.missing, ...(confirmation?.comparison.missing ?? [])],
    gaps: [...gapsOf(comparison, loads), ...unsettledOf(suspects, confirmation?.comparison)],
    remarks: [...refuted, ...blindSpotsOf(comparison)],
  });
}
