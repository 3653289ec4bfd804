import { toJson } from "../../lib/text/harmless.ts";
import { csvCell } from "../../lib/text/markup.ts";
import { median } from "simple-statistics";
import { type Metric, metrics, valuesOf } from "../compare/metrics.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";

/** CSV with a line for each value: scenario, load, variant, round, metric, unit, value. Undefined without a value. */
export function toCsv(suite: Suite): string | undefined {
  const rows = suite.scenarios.flatMap(({ name, load, measurements }) =>
    measurements.flatMap((measurement) =>
      metrics.flatMap((metric) => {
        const value = metric.read(measurement);
        const { variant, round } = measurement;
        return value === undefined ? [] : [[name, load, variant, round, metric.name, metric.unit, value]];
      }),
    ),
  );
  if (rows.length === 0) return undefined;
  const header = ["scenario", "load", "variant", "round", "metric", "unit", "value"];
  return [header, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
}

const goArchitectures = new Map([["x64", "amd64"]]);
const goUnits = new Map([
  ["messages/s", "msgs/s"],
  ["connections/s", "conns/s"],
  ["data", "B/s"],
  ["p50", "p50-ns"],
  ["p99", "p99-ns"],
]);

/** Pairs of value and unit. A unit must not contain spaces: server CPU in µs becomes `server-CPU-us`. */
function goValues(measurement: Measurement): string[] {
  return metrics.flatMap((metric) => {
    const value = metric.read(measurement);
    if (value === undefined) return [];
    const unit = goUnits.get(metric.name) ?? `${metric.name.replace(" ", "-")}-${metric.unit}`;
    return [`${Number(value.toPrecision(6))} ${unit}`];
  });
}

/** A name without the slashes and spaces at which benchstat would cut it. */
const goName = (scenario: string): string => scenario.replace(/[^\w=.,]+/g, "_");

/**
 * Go's benchmark format, for benchstat: a line for each measurement, below a configuration line with its variant. The
 * time of an operation is the mean round trip. Undefined if nothing was measured.
 */
export function toBenchstat(suite: Suite): string | undefined {
  const { os, arch, cpu, cores } = suite.environment;
  const header = [
    `goos: ${os.toLowerCase()}`,
    `goarch: ${goArchitectures.get(arch) ?? arch}`,
    "pkg: echobench",
    `cpu: ${cpu}`,
  ];
  const lines = suite.variants.flatMap(({ name: variant }) => [
    `variant: ${variant}`,
    ...suite.scenarios.flatMap((scenario) =>
      measurementsOf(scenario, variant).flatMap((measurement) => {
        const { rttNs } = measurement.result;
        // A stream has no operations; its line is one iteration of its own.
        const values = [...(rttNs.count > 0 ? [`${rttNs.mean} ns/op`] : []), ...goValues(measurement)];
        if (values.length === 0) return [];
        return [`BenchmarkEcho/${goName(scenario.name)}-${cores} ${Math.max(1, rttNs.count)} ${values.join(" ")}`];
      }),
    ),
  ]);
  if (!lines.some((line) => line.startsWith("Benchmark"))) return undefined;
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

/** What the variants of a suite measured, without the base where there is one. */
function pointsOf(suite: Suite): Point[] {
  const names = suite.variants.map(({ name }) => name);
  const judged = names.length > 1 ? names.slice(1) : names;
  return suite.scenarios.flatMap((scenario) =>
    judged.flatMap((variant) =>
      metrics.flatMap((metric) => {
        const values = valuesOf(metric, measurementsOf(scenario, variant));
        if (values.length === 0) return [];
        const name = judged.length > 1 ? `${scenario.name} (${variant})` : scenario.name;
        return [{ scenario: name, load: scenario.load, metric, values, median: median(values) }];
      }),
    ),
  );
}

/**
 * The JSON of github-action-benchmark, `customSmallerIsBetter` or `customBiggerIsBetter`: a file holds metrics of one
 * direction only. Undefined without such a metric.
 */
export function toGithub(suite: Suite, better: "higher" | "lower"): string | undefined {
  const entries = pointsOf(suite)
    .filter(({ metric }) => metric.better === better)
    .map((point) => ({
      name: `${point.scenario}: ${point.metric.name}`,
      unit: point.metric.unit,
      value: point.median,
      range: `${point.metric.format(Math.min(...point.values))} to ${point.metric.format(Math.max(...point.values))}`,
      extra: `${point.load}, median of ${point.values.length}`,
    }));
  return entries.length === 0 ? undefined : `${toJson(entries, 2)}\n`;
}

/** Bencher's built-in measures; other metrics keep their names. */
const bencherMeasures = new Map([
  ["p50", "latency"],
  ["messages/s", "throughput"],
]);

/** Bencher Metric Format: by benchmark and measure, with the least and the largest value of the rounds. Undefined without a value. */
export function toBencher(suite: Suite): string | undefined {
  const byScenario = Map.groupBy(pointsOf(suite), ({ scenario }) => scenario);
  if (byScenario.size === 0) return undefined;
  const benchmarks = [...byScenario].map(([scenario, points]) => [
    scenario,
    Object.fromEntries(
      points.map((point) => [
        bencherMeasures.get(point.metric.name) ?? `${point.metric.name} (${point.metric.unit})`,
        { value: point.median, lower_value: Math.min(...point.values), upper_value: Math.max(...point.values) },
      ]),
    ),
  ]);
  return `${toJson(Object.fromEntries(benchmarks), 2)}\n`;
}
