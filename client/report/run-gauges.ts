import type { Metric, Samples } from "../../lib/text/prometheus.ts";

/** A figure of a run as a metric of its own; null and undefined have no sample. @typeParam T what it is read from */
export const runGauge = <T>(name: string, help: string, read: (source: T) => number | null | undefined): Metric<T> => ({
  ...{ type: "gauge", name: `echobench_run_${name}`, help, labels: [] },
  samples(source) {
    const value = read(source);
    return value === null || value === undefined ? [] : [[{}, value]];
  },
});

/** What a run is, as the labels of a metric. */
interface RunIdentity {
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly mode: string;
}

/** Which run the figures are of. */
export const runInfo = <T>(read: (source: T) => RunIdentity): Metric<T> => ({
  ...{ type: "gauge", name: "echobench_run_info", help: "The run's target and version, always 1." },
  labels: ["version", "host", "port", "mode"],
  samples: (source) => [[{ ...read(source) }, 1]],
});

/** A latency as a metric with a sample for each percentile, without its samples. */
export const percentileGauge = (name: string, help: string) => ({
  ...({ type: "gauge", labels: ["percentile"] } as const),
  name: `echobench_run_${name}_seconds`,
  help: `${help}, in seconds.`,
});

/** One percentile of a latency given in nanoseconds; 0 and 100 are the smallest and the largest. */
export const percentileSample = (percentile: number, ns: number): Samples[number] => [{ percentile }, ns / 1e9];

/** A label of the run as a name that Prometheus takes: two underscores in front are its own. */
const labelName = (key: string): string => key.replaceAll(/\W/g, "_").replace(/^(?=\d)|^__+/, "_");

/** The labels of a run under names that neither another one nor a metric has; those that would be lost get a number. */
export function labelsFor(
  metrics: ReadonlyArray<Pick<Metric<never>, "labels">>,
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  const taken = new Set(metrics.flatMap((metric) => metric.labels));
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => {
      const wanted = labelName(key);
      let name = wanted;
      for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
      taken.add(name);
      return [name, value];
    }),
  );
}
