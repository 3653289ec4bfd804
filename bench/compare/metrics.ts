import type { Measurement } from "../suite/suite.ts";
import { formatByteRate, formatCount, formatLatency } from "../../lib/units.ts";

/** Something that is compared. */
export interface Metric {
  readonly name: string;
  readonly better: "higher" | "lower";
  /** how many times the noise threshold a difference of it has to reach: tails scatter more */
  readonly caution: number;
  /** undefined where a measurement has no such value */
  readonly read: (measurement: Measurement) => number | undefined;
  readonly format: (value: number) => string;
  /** as machine formats name it */
  readonly unit: "msgs/s" | "conns/s" | "B/s" | "ns" | "us";
}

const TAIL_CAUTION = 3;

const isOpenLoop = ({ result }: Measurement): boolean => result.sendLagNs !== null;
const latency = (pick: (measurement: Measurement) => number): Pick<Metric, "read" | "format" | "better" | "unit"> => ({
  better: "lower",
  unit: "ns",
  format: formatLatency,
  read: (measurement) => (measurement.result.rttNs.count > 0 ? pick(measurement) : undefined),
});
const cpu: Pick<Metric, "format" | "better" | "unit"> = {
  better: "lower",
  unit: "us",
  format: (us) => `${us.toFixed(2)} µs`,
};

/** Everything that is compared, in the order of the reports. */
export const metrics: readonly Metric[] = [
  {
    ...{ name: "messages/s", better: "higher", caution: 1, unit: "msgs/s", format: formatCount },
    // The rate of an open loop is what was asked for.
    read: (measurement) => (isOpenLoop(measurement) ? undefined : measurement.result.throughput.messagesPerSecond),
  },
  {
    ...{ name: "data", better: "higher", caution: 1, unit: "B/s", format: formatByteRate },
    // Says more than messages only where there are none.
    read: ({ result }) => (result.rttNs.count === 0 ? result.throughput.bytesPerSecond : undefined),
  },
  { name: "p50", caution: 1, ...latency(({ result }) => result.rttNs.p50) },
  { name: "p99", caution: TAIL_CAUTION, ...latency(({ result }) => result.rttNs.p99) },
  { name: "server CPU", caution: 1, ...cpu, read: ({ serverCpuUs }) => serverCpuUs ?? undefined },
  {
    ...{ name: "client CPU", caution: 1, ...cpu },
    // A client that keeps a schedule stays awake for it.
    read: (measurement) => (isOpenLoop(measurement) ? undefined : measurement.result.cpu.perMessageUs || undefined),
  },
];

/** The values of a metric, of those measurements that have one. */
export const valuesOf = (metric: Metric, measurements: readonly Measurement[]): number[] =>
  measurements.flatMap((measurement) => metric.read(measurement) ?? []);
