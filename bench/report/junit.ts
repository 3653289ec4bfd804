import { xmlText } from "../../lib/text/markup.ts";
import { isVerified } from "../../lib/result/comparability.ts";
import type { ComparedMetric, Comparison } from "../compare/comparison.ts";
import { formatMetric } from "../compare/metrics.ts";
import type { Suite, SuiteScenario } from "../suite/suite.ts";
import { changeText, chanceText, fateOf, intervalText, scenarioText, verdictText } from "./comparison-text.ts";
import { failuresOf } from "./suite-summary.ts";

/** A row as a test, which fails when it is slower, unless the final verdict overrules it. */
function testCase(comparison: Comparison, row: ComparedMetric): string {
  const [base, head] = [formatMetric(row.metric, row.baseMedian), formatMetric(row.metric, row.headMedian)];
  const change = `${base} to ${head}: ${changeText(row.ratio)} (${intervalText(row)}), ${chanceText(row.p)}`;
  const said = xmlText(`${verdictText(comparison, row)}: ${change}`);
  const slower = {
    slower: `<failure message="${xmlText(change)}"/>`,
    refuted: `<system-out>${said}</system-out>`,
    "not confirmed": `<skipped message="${said}"/>`,
  }[fateOf(comparison, row)];
  const outcome = {
    slower,
    "not enough data": `<skipped message="${said}"/>`,
    faster: `<system-out>${xmlText(change)}</system-out>`,
    same: `<system-out>${xmlText(change)}</system-out>`,
  }[row.verdict];
  return `    <testcase classname="echobench.${xmlText(scenarioText(comparison, row))}" name="${xmlText(row.metric)}">${outcome}</testcase>`;
}

/** The final verdict as a test: it fails where something is slower, and is an error where that could not be told. */
function verdictCases({ outcome }: Comparison): string[] {
  if (!outcome) return [];
  const said = xmlText([outcome.verdict, ...outcome.reasons].join("; "));
  const element = {
    regression: `<failure message="${said}"/>`,
    interrupted: `<error message="${said}"/>`,
    incomplete: `<error message="${said}"/>`,
    inconclusive: `<error message="${said}"/>`,
    "no regression": `<system-out>${said}</system-out>`,
  }[outcome.kind];
  return [`    <testcase classname="echobench" name="verdict">${element}</testcase>`];
}

const missingCase = (what: string): string =>
  `    <testcase classname="echobench" name="${xmlText(what.split(":")[0] ?? what)}"><error message="${xmlText(what)}"/></testcase>`;

/** A scenario as a test, which fails when one of its runs failed, and tests nothing where bytes were only counted. */
function scenarioCase({ name, load, measurements }: SuiteScenario, failures: readonly string[]): string {
  const isChecked = measurements.every(({ result }) => isVerified(result));
  const passed = isChecked
    ? `<system-out>${xmlText(load)}</system-out>`
    : `<skipped message="${xmlText(`bytes were counted, not verified: ${load}`)}"/>`;
  const outcome = failures.length > 0 ? `<failure message="${xmlText(failures.join("; "))}"/>` : passed;
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
 * JUnit XML: each metric of a comparison is a test, which fails when it is slower, as is the final verdict, or else each scenario, which
 * fails when a run failed; each missing measurement is an error. Undefined without a test.
 */
export function toJunit(suite: Suite | undefined, comparison: Comparison | undefined): string | undefined {
  const lost = comparison ? [...comparison.missing, ...comparison.leftOut] : (suite?.missing ?? []);
  const tests = comparison
    ? [...comparison.rows.map((row) => testCase(comparison, row)), ...verdictCases(comparison)]
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
