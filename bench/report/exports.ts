import { median } from "simple-statistics";
import { toJson } from "../../lib/harmless.ts";
import { csvCell } from "../../lib/markup.ts";
import { type Metric, metrics, valuesOf } from "../compare/metrics.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";

/** CSV with a line for each value: scenario, load, variant, round, metric, unit, value. */
export function toCsv(suite: Suite): string {
  const rows = suite.scenarios.flatMap(({ name, load, measurements }) =>
    measurements.flatMap((measurement) =>
      metrics.flatMap((metric) => {
        const value = metric.read(measurement);
        const { variant, round } = measurement;
        return value === undefined ? [] : [[name, load, variant, round, metric.name, metric.unit, value]];
      }),
    ),
  );
  const header = ["scenario", "load", "variant", "round", "metric", "unit", "value"];
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

const goArchitectures: Record<string, string> = { x64: "amd64" };
const goUnits: Record<string, string> = { "messages/s": "msgs/s", data: "B/s", p50: "p50-ns", p99: "p99-ns" };

/** Pairs of value and unit. A unit must not contain spaces: server CPU in µs becomes `server-CPU-us`. */
function goValues(measurement: Measurement): string[] {
  return metrics.flatMap((metric) => {
    const value = metric.read(measurement);
    if (value === undefined) return [];
    const unit = goUnits[metric.name] ?? `${metric.name.replace(" ", "-")}-${metric.unit}`;
    return [`${Number(value.toPrecision(6))} ${unit}`];
  });
}

/** A name without the slashes and spaces at which benchstat would cut it. */
const goName = (scenario: string): string => scenario.replace(/[^\w=.,]+/g, "_");

/**
 * Go's benchmark format, for benchstat: a line for each measurement, below a configuration line with its variant. The
 * time of an operation is the mean round trip.
 */
export function toBenchstat(suite: Suite): string {
  const { os, arch, cpu, cores } = suite.environment;
  const header = [
    `goos: ${os.toLowerCase()}`,
    `goarch: ${goArchitectures[arch] ?? arch}`,
    "pkg: echobench",
    `cpu: ${cpu}`,
  ];
  const lines = suite.variants.flatMap(({ name: variant }) => [
    `variant: ${variant}`,
    ...suite.scenarios.flatMap((scenario) =>
      measurementsOf(scenario, variant).map((measurement) => {
        const { rttNs } = measurement.result;
        const values = [`${rttNs.mean} ns/op`, ...goValues(measurement)];
        return `BenchmarkEcho/${goName(scenario.name)}-${cores} ${rttNs.count} ${values.join(" ")}`;
      }),
    ),
  ]);
  return `${[...header, ...lines].join("\n")}\n`;
}

/** The values of one metric in one scenario, ordered by round. */
interface Point {
  readonly scenario: string;
  readonly load: string;
  readonly metric: Metric;
  readonly values: readonly number[];
  readonly median: number;
}

/** What the last variant of a suite measured: `head` where there is a base. */
function pointsOf(suite: Suite): Point[] {
  const variant = suite.variants.at(-1)?.name ?? "head";
  return suite.scenarios.flatMap((scenario) =>
    metrics.flatMap((metric) => {
      const values = valuesOf(metric, measurementsOf(scenario, variant));
      if (values.length === 0) return [];
      return [{ scenario: scenario.name, load: scenario.load, metric, values, median: median(values) }];
    }),
  );
}

/**
 * The JSON of github-action-benchmark, `customSmallerIsBetter` or `customBiggerIsBetter`: a file holds metrics of one
 * direction only.
 */
export function toGithub(suite: Suite, better: "higher" | "lower"): string {
  const entries = pointsOf(suite)
    .filter(({ metric }) => metric.better === better)
    .map((point) => ({
      name: `${point.scenario}: ${point.metric.name}`,
      unit: point.metric.unit,
      value: point.median,
      range: `${point.metric.format(Math.min(...point.values))} to ${point.metric.format(Math.max(...point.values))}`,
      extra: `${point.load}, median of ${point.values.length}`,
    }));
  return `${toJson(entries, 2)}\n`;
}

/** Bencher's built-in measures; other metrics keep their names. */
const bencherMeasures: Record<string, string> = { p50: "latency", "messages/s": "throughput" };

/** Bencher Metric Format: by benchmark and measure, with the least and the largest value of the rounds. */
export function toBencher(suite: Suite): string {
  const byScenario = Map.groupBy(pointsOf(suite), ({ scenario }) => scenario);
  const benchmarks = [...byScenario].map(([scenario, points]) => [
    scenario,
    Object.fromEntries(
      points.map((point) => [
        bencherMeasures[point.metric.name] ?? `${point.metric.name} (${point.metric.unit})`,
        { value: point.median, lower_value: Math.min(...point.values), upper_value: Math.max(...point.values) },
      ]),
    ),
  ]);
  return `${toJson(Object.fromEntries(benchmarks), 2)}\n`;
}
