import type { Measurement } from "../suite/suite.ts";
import { formatByteRate, formatCount, formatLatency } from "../../lib/text/format-units.ts";

/** Units as machine formats name them. */
export const units = ["msgs/s", "conns/s", "B/s", "ns", "us"] as const;

/** A quantity that is compared. */
export interface Metric {
  readonly name: string;
  readonly better: "higher" | "lower";
  /** whether a load is cleared only when this could be judged: its rate, and what half of its round trips take */
  readonly isDecisive: boolean;
  /** multiplies the threshold: tails vary more */
  readonly caution: number;
  /** above 0; undefined where a measurement has no such value */
  readonly read: (measurement: Measurement) => number | undefined;
  readonly format: (value: number) => string;
  readonly unit: (typeof units)[number];
}

const TAIL_CAUTION = 3;

const isOpenLoop = ({ result }: Measurement): boolean => result.sendLagNs !== null;
const latency = (pick: (measurement: Measurement) => number): Pick<Metric, "read" | "format" | "better" | "unit"> => ({
  better: "lower",
  unit: "ns",
  format: formatLatency,
  read: (measurement) => (measurement.result.rttNs.count > 0 ? pick(measurement) : undefined),
});
const cpu: Pick<Metric, "format" | "better" | "unit" | "isDecisive"> = {
  isDecisive: false,
  better: "lower",
  unit: "us",
  format: (us) => `${us.toFixed(2)} µs`,
};

const rate = { better: "higher", caution: 1, isDecisive: true } as const;

const byteRate = { ...rate, unit: "B/s", format: formatByteRate } as const;

const isStream = ({ result }: Measurement): boolean => result.totals.messages === 0;

const all: readonly Metric[] = [
  {
    ...{ ...rate, name: "messages/s", unit: "msgs/s", format: formatCount },
    // The rate of an open loop is given, not measured.
    read: (measurement) =>
      isOpenLoop(measurement) || isStream(measurement) ? undefined : measurement.result.throughput.messagesPerSecond,
  },
  {
    ...{ ...rate, name: "connections/s", unit: "conns/s", format: formatCount },
    read: ({ result: { options, throughput } }) =>
      options["mode"] === "churn" ? (throughput.connectionsPerSecond ?? undefined) : undefined,
  },
  {
    ...{ ...byteRate, name: "data" },
    // Only for streams, which have no messages.
    read: (measurement) =>
      isStream(measurement) && measurement.result.ways === null
        ? measurement.result.throughput.bytesPerSecond
        : undefined,
  },
  { ...byteRate, name: "upload", read: ({ result }) => result.ways?.upload?.bytesPerSecond },
  { ...byteRate, name: "download", read: ({ result }) => result.ways?.download?.bytesPerSecond },
  { name: "p50", caution: 1, isDecisive: true, ...latency(({ result }) => result.rttNs.p50) },
  { name: "p99", caution: TAIL_CAUTION, isDecisive: false, ...latency(({ result }) => result.rttNs.p99) },
  { name: "server CPU", caution: 1, ...cpu, read: ({ serverCpuUs }) => serverCpuUs ?? undefined },
  {
    ...{ name: "client CPU", caution: 1, ...cpu },
    // A client with a schedule spends processor time on keeping it.
    read: (measurement) => (isOpenLoop(measurement) ? undefined : measurement.result.cpu.perMessageUs),
  },
];

/** A value of 0 has no ratio to any other, and means that nothing was measured. */
const isValue = (value: number | undefined): boolean => value !== undefined && value > 0 && Number.isFinite(value);

/** Everything that is compared, in the order of reports. */
export const metrics: readonly Metric[] = all.map((metric) => ({
  ...metric,
  read(measurement) {
    const value = metric.read(measurement);
    return isValue(value) ? value : undefined;
  },
}));

/** The names of those metrics that clear a load. */
export const decisiveMetrics: ReadonlySet<string> = new Set(
  metrics.filter(({ isDecisive }) => isDecisive).map(({ name }) => name),
);

/** A value of the metric with this name, with its unit. */
export const formatMetric = (metric: string, value: number): string =>
  metrics.find(({ name }) => name === metric)?.format(value) ?? String(value);

/** The values of a metric, from those measurements that have one. */
export const valuesOf = (metric: Metric, measurements: readonly Measurement[]): number[] =>
  measurements.flatMap((measurement) => metric.read(measurement) ?? []);
