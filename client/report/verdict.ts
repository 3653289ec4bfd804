import { colors } from "consola/utils";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatActual } from "../../lib/result/thresholds.ts";
import { verdictLine } from "./answer.ts";

/** The thresholds of --expect, each with what was measured. */
export function renderThresholds({ expectations }: DecodedResult): string[] {
  if (expectations.length === 0) return [];
  const width = Math.max(...expectations.map(({ expression }) => Bun.stringWidth(expression)));
  const rows = expectations.map((judgement) => {
    const mark = judgement.ok ? colors.green("kept  ") : colors.red("broken");
    return `  ${mark}  ${judgement.expression.padEnd(width)}  ${formatActual(judgement)}`;
  });
  return [colors.bold("Expected"), ...rows];
}

/** The last line of the report. */
export const renderVerdict = ({ verdict, reason }: DecodedResult): string => verdictLine({ verdict, answer: reason });
