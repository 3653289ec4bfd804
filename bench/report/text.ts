import type { Comparison } from "../compare/comparison.ts";
import { byScenario, comparisonCells, comparisonTitles, methodText, verdictCounts } from "./comparison-text.ts";
import type { Suite } from "../suite/suite.ts";
import { suiteRows, suiteTitles } from "./suite-summary.ts";
import { renderTable } from "../../lib/text-table.ts";

const lines = (title: string, all: readonly string[]): string[] => all.map((each) => `${title}: ${each}`);

/** A suite for the terminal. */
export function renderSuiteText(suite: Suite): string {
  return [
    renderTable(suiteTitles, suiteRows(suite.scenarios)),
    "",
    `Medians of up to ${suite.rounds} interleaved rounds; ${suite.placement}. Every byte was verified.`,
    ...lines("Machine warning", suite.doubts),
    ...lines("Missing", suite.missing),
  ].join("\n");
}

/** A comparison for the terminal. */
export function renderComparisonText(comparison: Comparison): string {
  const tables = byScenario(comparison).map(
    ({ title, rows }) => `${title}\n${renderTable(comparisonTitles, rows.map(comparisonCells))}\n`,
  );
  return [
    ...tables,
    methodText(comparison),
    ...lines("Only on one side", comparison.unmatched),
    verdictCounts(comparison),
  ].join("\n");
}
