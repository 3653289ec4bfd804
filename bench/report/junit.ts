import { xmlText } from "../../lib/markup.ts";
import type { ComparedMetric, Comparison } from "../compare/comparison.ts";
import { formatMetric } from "../compare/metrics.ts";
import type { Suite, SuiteScenario } from "../suite/suite.ts";
import { changeText, chanceText, intervalText, scenarioText } from "./comparison-text.ts";
import { failuresOf } from "./suite-summary.ts";

function testCase(comparison: Comparison, row: ComparedMetric): string {
  const [base, head] = [formatMetric(row.metric, row.baseMedian), formatMetric(row.metric, row.headMedian)];
  const change = `${base} to ${head}: ${changeText(row.ratio)} (${intervalText(row)}), ${chanceText(row.p)}`;
  const outcome = {
    slower: `<failure message="${xmlText(change)}"/>`,
    "not enough data": `<skipped message="${xmlText(`not enough data: ${change}`)}"/>`,
    faster: `<system-out>${xmlText(change)}</system-out>`,
    same: `<system-out>${xmlText(change)}</system-out>`,
  }[row.verdict];
  return `    <testcase classname="echobench.${xmlText(scenarioText(comparison, row))}" name="${xmlText(row.metric)}">${outcome}</testcase>`;
}

const missingCase = (what: string): string =>
  `    <testcase classname="echobench" name="${xmlText(what.split(":")[0] ?? what)}"><error message="${xmlText(what)}"/></testcase>`;

/** A scenario as a test, which fails when one of its runs failed. */
function scenarioCase({ name, load }: SuiteScenario, failures: readonly string[]): string {
  const outcome =
    failures.length > 0
      ? `<failure message="${xmlText(failures.join("; "))}"/>`
      : `<system-out>${xmlText(load)}</system-out>`;
  return `    <testcase classname="echobench" name="${xmlText(name)}">${outcome}</testcase>`;
}

/** The tests of a suite without a comparison. A scenario without a run is no test: its measurements are missing. */
function scenarioCases(suite: Suite): string[] {
  const measured = suite.scenarios.filter(({ measurements }) => measurements.length > 0);
  return measured.map((scenario) => scenarioCase(scenario, failuresOf({ ...suite, scenarios: [scenario] })));
}

const countOf = (cases: readonly string[], element: string): number =>
  cases.filter((each) => each.includes(`><${element} `)).length;

/**
 * JUnit XML: each metric of a comparison is a test, which fails when it is slower, or else each scenario, which fails when a
 * run failed; each missing measurement is an error. Undefined without a test.
 */
export function toJunit(suite: Suite | undefined, comparison: Comparison | undefined): string | undefined {
  const lost = [...(suite?.missing ?? []), ...(comparison?.leftOut ?? [])];
  const tests = comparison
    ? comparison.rows.map((row) => testCase(comparison, row))
    : suite
      ? scenarioCases(suite)
      : [];
  const cases = [...tests, ...lost.map(missingCase)];
  if (cases.length === 0) return undefined;
  const [failures, errors, skipped] = ["failure", "error", "skipped"].map((element) => countOf(cases, element));
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="echobench" ${counts}>`,
    `  <testsuite name="echobench" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
