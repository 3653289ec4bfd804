import { colors } from "consola/utils";
import type { RunResult } from "../../lib/result/run-result.ts";
import { type Threshold, formatActual } from "../../lib/result/thresholds.ts";
import { verdictLine } from "./answer.ts";

/**
 * The thresholds that were asked for, each with what was measured.
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

/** The last line of the report. */
export const renderVerdict = ({ verdict, reason }: RunResult): string => verdictLine({ verdict, answer: reason });
