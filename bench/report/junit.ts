import { xmlText } from "../../lib/markup.ts";
import { type ComparedMetric, type Comparison, rowsThatAre } from "../compare/comparison.ts";
import { formatMetric } from "../compare/metrics.ts";
import type { Suite } from "../suite/suite.ts";
import { changeText, chanceText, intervalText } from "./comparison-text.ts";

function testCase(row: ComparedMetric): string {
  const [base, head] = [formatMetric(row.metric, row.baseMedian), formatMetric(row.metric, row.headMedian)];
  const change = `${base} to ${head}: ${changeText(row.ratio)} (${intervalText(row)}), ${chanceText(row.p)}`;
  const outcome = {
    slower: `<failure message="${xmlText(change)}"/>`,
    "not enough data": `<skipped message="${xmlText(`not enough data: ${change}`)}"/>`,
    faster: `<system-out>${xmlText(change)}</system-out>`,
    same: `<system-out>${xmlText(change)}</system-out>`,
  }[row.verdict];
  return `    <testcase classname="echobench.${xmlText(row.scenario)}" name="${xmlText(row.metric)}">${outcome}</testcase>`;
}

const missingCase = (what: string): string =>
  `    <testcase classname="echobench" name="${xmlText(what.split(":")[0] ?? what)}"><error message="${xmlText(what)}"/></testcase>`;

/** JUnit XML: each metric is a test, which fails when it is slower; each missing measurement is an error. */
export function toJunit(suite: Suite | undefined, comparison: Comparison | undefined): string {
  const rows = comparison?.rows ?? [];
  const missing = suite?.missing ?? [];
  const failures = comparison ? rowsThatAre(comparison, "slower").length : 0;
  const skipped = comparison ? rowsThatAre(comparison, "not enough data").length : 0;
  const counts = `tests="${rows.length + missing.length}" failures="${failures}" errors="${missing.length}" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="echobench" ${counts}>`,
    `  <testsuite name="echobench" ${counts}>`,
    ...rows.map(testCase),
    ...missing.map(missingCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
