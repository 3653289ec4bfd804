import type { Comparison } from "../compare/comparison.ts";
import {
  byScenario,
  comparisonCells,
  comparisonTitles,
  methodText,
  remarksOf,
  verdictCounts,
} from "./comparison-text.ts";
import type { Suite } from "../suite/suite.ts";
import { shortagesOf } from "../compare/sight.ts";
import { failuresOf, methodSentences, suiteRows, suiteTitles } from "./suite-summary.ts";
import { renderTable } from "../../lib/text/text-table.ts";

const lines = (title: string, all: readonly string[]): string[] => all.map((each) => `${title}: ${each}`);

/** A suite for the terminal. */
export function renderSuiteText(suite: Suite): string {
  return [
    renderTable(suiteTitles(suite.scenarios), suiteRows(suite.scenarios)),
    "",
    methodSentences(suite),
    ...lines("Failed", failuresOf(suite)),
    ...lines("Machine warning", suite.doubts),
    ...lines("Missing", suite.missing),
  ].join("\n");
}

/** A comparison for the terminal. */
export function renderComparisonText(comparison: Comparison): string {
  const tables = byScenario(comparison).map(
    ({ title, rows }) =>
      `${title}\n${renderTable(
        comparisonTitles,
        rows.map((row) => comparisonCells(comparison, row)),
      )}\n`,
  );
  return [
    ...tables,
    methodText(comparison),
    ...remarksOf(comparison).flatMap(([title, all]) => lines(title, all)),
    ...lines("Too few", shortagesOf(comparison)),
    verdictCounts(comparison),
    ...(comparison.outcome ? [[comparison.outcome.verdict, ...comparison.outcome.reasons].join("\n  ")] : []),
  ].join("\n");
}
