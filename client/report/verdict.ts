import { colors } from "consola/utils";
import type { RunResult } from "../../lib/result/run-result.ts";
import { plural } from "../../lib/units.ts";
import { type Threshold, formatActual } from "../../lib/result/thresholds.ts";

/**
 * The bounds that were asked for, each with what was measured.
 * @param asked in the order of the result's expectations
 */
export function renderThresholds({ expectations }: RunResult, asked: readonly Threshold[]): string[] {
  if (asked.length === 0) return [];
  const width = Math.max(...asked.map(({ expression }) => Bun.stringWidth(expression)));
  const rows = asked.flatMap((expectation, i) => {
    const judgement = expectations[i];
    if (!judgement) return [];
    const mark = judgement.ok ? colors.green("kept  ") : colors.red("broken");
    return `  ${mark}  ${expectation.expression.padEnd(width)}  ${formatActual(expectation, judgement)}`;
  });
  return [colors.bold("Expected"), ...rows];
}

function describeFailure({ errors, totals, expectations }: RunResult): string {
  const broken = expectations.filter(({ ok }) => !ok).length;
  const reasons = [
    errors.total > 0 ? plural(errors.total, "error") : "",
    broken > 0 ? `${plural(broken, "bound")} broken` : "",
    totals.messages === 0 ? "nothing was measured" : "",
  ];
  return reasons.filter(Boolean).join(", ");
}

/** The last line of the report. */
export function renderVerdict(result: RunResult): string {
  switch (result.verdict) {
    case "pass":
      return colors.green(
        result.options["verify"] === false
          ? "PASS  as many bytes came back as were sent; they were not compared"
          : "PASS  every byte came back as it was sent",
      );
    case "fail":
      return colors.red(`FAIL  ${describeFailure(result)}`);
    case "interrupted":
      return colors.yellow("INTERRUPTED  no error until then");
  }
}
