import type { Suite } from "../suite/suite.ts";
import { pointsOf } from "./points.ts";

/** Bencher's own measures where they fit, others by their names. */
const measures: Record<string, string> = { p50: "latency", "messages/s": "throughput" };

/** Bencher Metric Format: by benchmark and measure, with the least and the largest of the rounds. */
export function toBencher(suite: Suite): string {
  const byScenario = Map.groupBy(pointsOf(suite), ({ scenario }) => scenario);
  const benchmarks = [...byScenario].map(([scenario, points]) => [
    scenario,
    Object.fromEntries(
      points.map(({ metric, values, median }) => [
        measures[metric.name] ?? `${metric.name} (${metric.unit})`,
        { value: median, lower_value: Math.min(...values), upper_value: Math.max(...values) },
      ]),
    ),
  ]);
  return `${JSON.stringify(Object.fromEntries(benchmarks), null, 2)}\n`;
}
