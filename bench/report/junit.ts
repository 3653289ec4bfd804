import { type ComparedMetric, type Comparison, rowsThatAre } from "../compare/comparison.ts";
import { changeText, chanceText, intervalText } from "./comparison-text.ts";
import type { Suite } from "../suite/suite.ts";

const attribute = (text: string): string => Bun.escapeHTML(text).replaceAll("&#x27;", "&apos;");

function testCase(row: ComparedMetric): string {
  const told = `${row.format(row.baseMedian)} to ${row.format(row.headMedian)}: ${changeText(row.ratio)} (${intervalText(row)}), ${chanceText(row.p)}`;
  const outcome = {
    slower: `<failure message="${attribute(told)}"/>`,
    "not enough data": `<skipped message="${attribute(`not enough data: ${told}`)}"/>`,
    faster: `<system-out>${attribute(told)}</system-out>`,
    same: `<system-out>${attribute(told)}</system-out>`,
  }[row.verdict];
  return `    <testcase classname="echobench.${attribute(row.scenario)}" name="${attribute(row.metric)}">${outcome}</testcase>`;
}

const missingCase = (what: string): string =>
  `    <testcase classname="echobench" name="${attribute(what.split(":")[0] ?? what)}"><error message="${attribute(what)}"/></testcase>`;

/** JUnit XML: a metric is a test that fails when it is slower, a measurement that could not be made is an error. */
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
