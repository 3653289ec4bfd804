import { median } from "simple-statistics";
import { type Metric, metrics, valuesOf } from "../compare/metrics.ts";
import { measurementsOf, type Suite } from "../suite/suite.ts";

/** One metric of one scenario, over its rounds. */
export interface Point {
  readonly scenario: string;
  readonly load: string;
  readonly metric: Metric;
  readonly values: readonly number[];
  readonly median: number;
}

/** What the last variant of a suite measured: `head` where there is a base. */
export function pointsOf(suite: Suite): Point[] {
  const variant = suite.variants.at(-1)?.name ?? "head";
  return suite.scenarios.flatMap((scenario) =>
    metrics.flatMap((metric) => {
      const values = valuesOf(metric, measurementsOf(scenario, variant));
      if (values.length === 0) return [];
      return [{ scenario: scenario.name, load: scenario.load, metric, values, median: median(values) }];
    }),
  );
}
