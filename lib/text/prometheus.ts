import { Counter, Gauge, Registry } from "prom-client";

/** The samples of a metric: labels and value. */
export type Samples = ReadonlyArray<readonly [labels: Record<string, string | number>, value: number]>;

/** A metric and how its samples are read. @typeParam T what they are read from */
export interface Metric<T> {
  readonly type: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (source: T) => Samples;
}

const types = { counter: Counter, gauge: Gauge } as const;

/** Renders metrics in Prometheus' text format. @param common labels of every sample */
export async function renderMetricsOf<T>(
  metrics: ReadonlyArray<Metric<T>>,
  source: T,
  common: Readonly<Record<string, string>> = {},
): Promise<string> {
  // A new registry each time: prom-client's counters can only be increased, and these totals are counted elsewhere.
  const registry = new Registry();
  registry.setDefaultLabels(common);
  for (const { type, name, help, labels, samples } of metrics) {
    const found = samples(source);
    // One without a sample would be shown as 0.
    if (found.length === 0) continue;
    const metric = new types[type]({ name, help, labelNames: [...labels], registers: [registry] });
    for (const [labelValues, value] of found) metric.inc(labelValues, value);
  }
  return registry.metrics();
}

/** The Content-Type of the text format. */
export const metricsContentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
