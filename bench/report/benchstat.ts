import { metrics } from "../compare/metrics.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";

const architectures: Record<string, string> = { x64: "amd64" };

/** `11 µs` is `server-us` and so on: a unit of benchstat has no spaces. */
function extras(measurement: Measurement): string[] {
  return metrics.flatMap((metric) => {
    const value = metric.read(measurement);
    if (value === undefined) return [];
    const unit = { "messages/s": "msgs/s", data: "B/s", p50: "p50-ns", p99: "p99-ns" }[metric.name];
    return [`${Number(value.toPrecision(6))} ${unit ?? `${metric.name.replace(" ", "-")}-${metric.unit}`}`];
  });
}

/** A name that benchstat does not cut at a slash or space. */
const nameOf = (scenario: string): string => scenario.replace(/[^\w=.,]+/g, "_");

/**
 * Go's benchmark format, which benchstat reads: a line for each measurement, the variant as configuration above its lines.
 * The time of an operation is the mean round trip.
 */
export function toBenchstat(suite: Suite): string {
  const { os, arch, cpu, cores } = suite.environment;
  const header = [
    `goos: ${os.toLowerCase()}`,
    `goarch: ${architectures[arch] ?? arch}`,
    "pkg: echobench",
    `cpu: ${cpu}`,
  ];
  const lines = suite.variants.flatMap(({ name: variant }) => [
    `variant: ${variant}`,
    ...suite.scenarios.flatMap((scenario) =>
      measurementsOf(scenario, variant).map((measurement) => {
        const { rttNs } = measurement.result;
        const values = [`${rttNs.mean} ns/op`, ...extras(measurement)];
        return `BenchmarkEcho/${nameOf(scenario.name)}-${cores} ${rttNs.count} ${values.join(" ")}`;
      }),
    ),
  ]);
  return `${[...header, ...lines].join("\n")}\n`;
}
