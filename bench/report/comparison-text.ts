import { type ComparedMetric, type Comparison, rowsThatAre } from "../compare/comparison.ts";
import { formatPercent } from "../../lib/text/format-units.ts";
import { nameOf } from "../compare/sight.ts";
import type { Verdict } from "../compare/judge.ts";
import { formatMetric } from "../compare/metrics.ts";

/** The change that a ratio stands for: `+3.2 %`. */
export const changeText = (ratio: number): string =>
  `${ratio >= 1 ? "+" : "−"}${(Math.abs(ratio - 1) * 100).toFixed(1)} %`;

/** The interval of a ratio: `+1.0 % to +5.4 %`. */
export const intervalText = ({ interval: { low, high } }: ComparedMetric): string =>
  `${changeText(low)} to ${changeText(high)}`;

/** A p-value: `p = 0.003`. */
export const chanceText = (p: number): string => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

/** What became of a row that is slower: nothing more is known of it where there is no final verdict. */
export function fateOf({ outcome }: Comparison, row: ComparedMetric): "slower" | "refuted" | "not confirmed" {
  if (!outcome || outcome.regressions.includes(nameOf(row))) return "slower";
  return outcome.kind === "no regression" ? "refuted" : "not confirmed";
}

/** The verdict of a row, with what became of it in the end. */
export function verdictText(comparison: Comparison, row: ComparedMetric): string {
  const fate = row.verdict === "slower" ? fateOf(comparison, row) : "slower";
  return fate === "slower" ? row.verdict : `${row.verdict}, ${fate}`;
}

/** The cells of a row, in the order of `comparisonTitles`. */
export const comparisonCells = (comparison: Comparison, row: ComparedMetric): string[] => [
  row.metric,
  formatMetric(row.metric, row.baseMedian),
  formatMetric(row.metric, row.headMedian),
  changeText(row.ratio),
  intervalText(row),
  chanceText(row.p),
  verdictText(comparison, row),
];

/** The titles of a comparison's table. */
export const comparisonTitles = ["metric", "base", "head", "change", "95 % interval", "chance", "verdict"] as const;

/** How the verdicts are found. */
export function methodText({ isPaired, threshold }: Comparison): string {
  const noise = formatPercent(threshold);
  const test = isPaired ? "Wilcoxon's signed ranks over the pairs of a round" : "Mann-Whitney's U";
  return `Medians; bootstrap intervals; ${test}. Faster or slower needs a change of at least ${noise} (p99: three times that), an interval that excludes 0 and p < 0.05.`;
}

const order: readonly Verdict[] = ["slower", "faster", "not enough data", "same"];

/** How often each verdict occurs: `2 slower, 1 faster, 17 same`. */
export function verdictCounts(comparison: Comparison): string {
  const counts = order.map((verdict) => [rowsThatAre(comparison, verdict).length, verdict] as const);
  const shown = counts.filter(([count]) => count > 0).map(([count, verdict]) => `${count} ${verdict}`);
  return shown.length === 0 ? "nothing to compare" : shown.join(", ");
}

/** What a comparison comes to, in a title: its final verdict if there is one, without what it names. */
export const headline = (comparison: Comparison): string =>
  comparison.outcome?.verdict.split(": ", 1)[0] ?? verdictCounts(comparison);

/** What the title leaves out of the final verdict, and its reasons. */
export function detailsOf(comparison: Comparison): string[] {
  const { outcome } = comparison;
  if (!outcome) return [];
  return [...(outcome.verdict === headline(comparison) ? [] : [outcome.verdict]), ...outcome.reasons];
}

/** The name of a row's scenario, with its head where a comparison has several. */
export function scenarioText({ rows }: Comparison, { scenario, head }: ComparedMetric): string {
  const hasSeveralHeads = rows.some((row) => row.head !== head);
  return hasSeveralHeads ? `${scenario} (${head})` : scenario;
}

/** The rows of a comparison, grouped by scenario and head. */
export function byScenario(comparison: Comparison): Array<{ title: string; rows: ComparedMetric[] }> {
  const groups = Map.groupBy(comparison.rows, (row) => scenarioText(comparison, row));
  return [...groups].map(([name, rows]) => {
    const load = rows[0]?.load ?? "";
    return { title: load === rows[0]?.scenario ? name : `${name}: ${load}`, rows };
  });
}

/** What was left out or is notable, each under its title. */
export const remarksOf = (comparison: Comparison): Array<readonly [string, readonly string[]]> => [
  ["Machine warning", comparison.doubts],
  ["Missing", comparison.missing],
  ["Left out", comparison.leftOut],
  ["Note", comparison.notes],
  ["Only on one side", comparison.unmatched],
];
