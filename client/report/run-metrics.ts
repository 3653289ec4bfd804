import { hasMessages, type Way } from "../../lib/result/load-modes.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { LatencySummary } from "../../lib/latency/latency-summary.ts";
import { percentiles } from "../../lib/latency/percentiles.ts";
import { optionText } from "../../lib/result/option-text.ts";
import { retransmitsOf } from "../../lib/result/sender-summary.ts";
import { type Metric, renderMetricsOf, type Samples } from "../../lib/text/prometheus.ts";
import { labelsFor, percentileGauge, percentileSample, runGauge, runInfo } from "./run-gauges.ts";

type WayFigures = NonNullable<NonNullable<DecodedResult["ways"]>[Way]>;
type RunMetric = Metric<DecodedResult>;

const figure = runGauge<DecodedResult>;

/** The percentiles of a latency, in seconds; 0 and 100 are the smallest and the largest. */
function percentilesOf({ count, min, max, ...summary }: LatencySummary): Samples {
  if (count === 0) return [];
  const inner = percentiles.map(({ percent, field }) => percentileSample(percent, summary[field]));
  return [percentileSample(0, min), ...inner, percentileSample(100, max)];
}

const latency = (name: string, help: string, read: (result: DecodedResult) => LatencySummary | null): RunMetric => ({
  ...percentileGauge(name, help),
  samples(result) {
    const summary = read(result);
    return summary ? percentilesOf(summary) : [];
  },
});

/** A figure of each way of a load that moves bytes one way. */
const ofWays = (name: string, help: string, read: (way: WayFigures) => number): RunMetric => ({
  ...{ type: "gauge", name: `echobench_run_${name}`, help },
  labels: ["way"],
  samples: ({ ways }) =>
    Object.entries(ways ?? {}).flatMap(([way, figures]) => (figures ? [[{ way }, read(figures)]] : [])),
});

/** A stream has no messages, which is something else than none in a while. */
const unlessStream = ({ options }: DecodedResult, value: number): number | undefined =>
  hasMessages(options["mode"]) ? value : undefined;

const metrics: readonly RunMetric[] = [
  runInfo(({ tool, target: { host, port }, options }) => ({
    ...{ version: tool.version, host, port, mode: optionText(options["mode"] ?? "echo") },
  })),
  figure(
    "start_time_seconds",
    "Time at which the run began, in seconds since 1970.",
    ({ startedAt }) => Date.parse(startedAt) / 1_000,
  ),
  figure("passed", "1 when every byte came back and every threshold was kept, otherwise 0.", ({ verdict }) =>
    verdict === "pass" ? 1 : 0,
  ),
  figure("window_seconds", "Length of the measured window.", ({ window }) => window.durationMs / 1_000),
  figure("connections", "Connections that were established.", ({ totals }) => totals.connections),
  figure("messages", "Messages that came back whole; a stream has none.", (result) =>
    unlessStream(result, result.totals.messages),
  ),
  figure("received_bytes", "Bytes that came back.", ({ totals }) => totals.bytesReceived),
  figure("sent_bytes", "Bytes that were sent.", ({ totals }) => totals.bytesSent),
  figure("messages_per_second", "Messages a second; a stream has none.", (result) =>
    unlessStream(result, result.throughput.messagesPerSecond),
  ),
  figure("received_bytes_per_second", "Echoed bytes a second.", ({ throughput }) => throughput.bytesPerSecond),
  figure(
    "connections_per_second",
    "Connections a second, in churn mode.",
    ({ throughput }) => throughput.connectionsPerSecond,
  ),
  ofWays("way_bytes", "Bytes that came to the other end, each way.", ({ bytes }) => bytes),
  ofWays("way_bytes_per_second", "The same a second.", ({ bytesPerSecond }) => bytesPerSecond),
  figure(
    "retransmits",
    "Segments that were retransmitted.",
    ({ tcpInfo, ways }) => tcpInfo?.retransmits ?? retransmitsOf(ways),
  ),
  figure("warnings", "Reasons to doubt the result.", ({ warnings }) => warnings.length),
  figure("errors", "Errors of all kinds.", ({ errors }) => errors.total),
  {
    ...{ type: "gauge", name: "echobench_run_errors_by_kind", help: "Errors of each kind that occurred." },
    labels: ["kind"],
    samples: ({ errors }) => Object.entries(errors.byKind).map(([kind, count]) => [{ kind }, count]),
  },
  latency("rtt", "Round trips, from when a message was due in an open loop", ({ rttNs }) => rttNs),
  latency("service", "Service times of an open loop", ({ serviceNs }) => serviceNs),
  latency("window_wait", "Waits for room in the window of an open loop", ({ windowWaitNs }) => windowWaitNs),
  latency("send_lag", "Send lag of an open loop", ({ sendLagNs }) => sendLagNs),
  latency("connect", "Times to connect", ({ connectNs }) => connectNs),
];

/** The names of all metrics. */
export const runMetricNames: readonly string[] = metrics.map(({ name }) => name);

/** The result in Prometheus' text format, for the textfile collector of node_exporter. The run's labels become labels. */
export const resultToPrometheus = (result: DecodedResult): Promise<string> =>
  renderMetricsOf(metrics, result, labelsFor(metrics, result.labels));
