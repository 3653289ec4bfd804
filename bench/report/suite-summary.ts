import { median } from "simple-statistics";
import { metrics, valuesOf } from "../compare/metrics.ts";
import type { SuiteScenario } from "../suite/suite.ts";

/** The titles of a suite's table. */
export const suiteTitles = [
  "scenario",
  "load",
  "runs",
  ...metrics.filter(({ name }) => name !== "data").map(({ name }) => name),
];

/** A row of medians for each scenario. */
export function suiteRows(scenarios: readonly SuiteScenario[]): string[][] {
  return scenarios.map(({ name, load, measurements }) => [
    name,
    load,
    String(measurements.length),
    ...metrics
      .filter((metric) => metric.name !== "data")
      .map((metric) => {
        const values = valuesOf(metric, measurements);
        return values.length === 0 ? "–" : metric.format(median(values));
      }),
  ]);
}
