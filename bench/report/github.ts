import type { Suite } from "../suite/suite.ts";
import { pointsOf } from "./points.ts";

/**
 * The JSON that github-action-benchmark reads as `customSmallerIsBetter` or `customBiggerIsBetter`: it takes one direction
 * a file.
 */
export function toGithub(suite: Suite, better: "higher" | "lower"): string {
  const entries = pointsOf(suite)
    .filter(({ metric }) => metric.better === better)
    .map(({ scenario, load, metric, values, median }) => ({
      name: `${scenario}: ${metric.name}`,
      unit: metric.unit,
      value: median,
      range: `${metric.format(Math.min(...values))} to ${metric.format(Math.max(...values))}`,
      extra: `${load}, median of ${values.length}`,
    }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
