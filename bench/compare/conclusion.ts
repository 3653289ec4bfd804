import { type ExitCode, exitCodes } from "../../lib/errors.ts";
import { plural } from "../../lib/text/format-units.ts";
import { type Comparison, type Outcome, rowsThatAre } from "./comparison.ts";
import { blindSpotsOf, gapsOf, nameOf } from "./sight.ts";

/** What a comparison comes to. */
export interface Conclusion extends Outcome {
  /** the verdict and its reasons, in lines of their own */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** What a verdict follows from. */
export interface Findings {
  /** what a regression is, in words: `slower in two runs` */
  readonly how: string;
  /** `scenario: metric` */
  readonly regressions: readonly string[];
  /** measurements that were not made, each with the reason */
  readonly missing: readonly string[];
  /** why a regression could not have been found */
  readonly gaps: readonly string[];
  /** what to know of a comparison that found none */
  readonly remarks: readonly string[];
}

function missingText(missing: readonly string[]): string {
  const [first = ""] = missing;
  const more = missing.length > 1 ? `, and ${missing.length - 1} more` : "";
  return `${plural(missing.length, "measurement")} could not be made: ${first}${more}`;
}

/** A verdict with its text. */
export const concluded = (outcome: Outcome, exitCode: ExitCode): Conclusion => ({
  ...outcome,
  text: [outcome.verdict, ...outcome.reasons].join("\n  "),
  exitCode,
});

/** The verdict: "no regression" needs that everything was measured and that a regression could have been found. */
export function settle({ how, regressions: found, missing, gaps, remarks }: Findings): Conclusion {
  const holes = missing.length > 0 ? [missingText(missing)] : [];
  const regressions = [...found];
  if (regressions.length > 0) {
    const verdict = `REGRESSION  ${how}: ${regressions.join(", ")}`;
    return concluded({ kind: "regression", regressions, verdict, reasons: holes }, exitCodes.regressionFound);
  }
  if (holes.length > 0) {
    const verdict = `INCOMPLETE  ${holes.join("")}`;
    return concluded({ kind: "incomplete", regressions, verdict, reasons: [...gaps] }, exitCodes.runFailed);
  }
  if (gaps.length > 0) {
    const verdict = "INCONCLUSIVE  a regression could not have been found";
    return concluded({ kind: "inconclusive", regressions, verdict, reasons: [...gaps] }, exitCodes.runFailed);
  }
  const reasons = [...remarks];
  return concluded({ kind: "no regression", regressions, verdict: "NO REGRESSION", reasons }, exitCodes.success);
}

/** The comparison with its final verdict, for reports. */
export const withOutcome = (comparison: Comparison, conclusion: Conclusion): Comparison => {
  const { kind, regressions, verdict, reasons } = conclusion;
  return { ...comparison, outcome: { kind, regressions, verdict, reasons } };
};

/** Loads that only one side has, where that may be because measurements of the other side were left out. */
const lostOf = ({ leftOut, unmatched }: Comparison): string[] =>
  leftOut.length > 0 ? unmatched.map((name) => `${name}: left without a counterpart`) : [];

/** Judges a comparison as a gate: without a regression it passes only if it could have found one. */
export const conclude = (comparison: Comparison): Conclusion =>
  settle({
    how: "slower",
    regressions: rowsThatAre(comparison, "slower").map(nameOf),
    missing: comparison.missing,
    gaps: [...gapsOf(comparison), ...lostOf(comparison)],
    remarks: [...blindSpotsOf(comparison), ...comparison.unmatched.map((name) => `${name}: only on one side`)],
  });
