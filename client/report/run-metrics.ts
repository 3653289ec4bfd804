import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { LatencySummary } from "../../lib/latency/latency-summary.ts";
import { percentiles } from "../../lib/latency/percentiles.ts";
import { optionText } from "../../lib/result/option-text.ts";
import { type Metric, renderMetricsOf, type Samples } from "../../lib/text/prometheus.ts";

type RunMetric = Metric<DecodedResult>;

/** A figure of the run as a metric of its own. */
const figure = (name: string, help: string, read: (result: DecodedResult) => number | null | undefined): RunMetric => ({
  ...{ type: "gauge", name: `echobench_run_${name}`, help, labels: [] },
  samples(result) {
    const value = read(result);
    return value === null || value === undefined ? [] : [[{}, value]];
  },
});

const inSeconds = (ns: number): number => ns / 1e9;

/** The percentiles of a latency, in seconds; 0 and 100 are the smallest and the largest. */
function percentilesOf({ count, min, max, ...summary }: LatencySummary): Samples {
  if (count === 0) return [];
  const inner = percentiles.map(({ percent, field }) => [{ percentile: percent }, inSeconds(summary[field])] as const);
  return [[{ percentile: 0 }, inSeconds(min)], ...inner, [{ percentile: 100 }, inSeconds(max)]];
}

const latency = (name: string, help: string, read: (result: DecodedResult) => LatencySummary | null): RunMetric => ({
  ...{ type: "gauge", name: `echobench_run_${name}_seconds`, help: `${help}, in seconds.`, labels: ["percentile"] },
  samples(result) {
    const summary = read(result);
    return summary ? percentilesOf(summary) : [];
  },
});

const metrics: readonly RunMetric[] = [
  {
    ...{ type: "gauge", name: "echobench_run_info", help: "The run's target and version, always 1." },
    labels: ["version", "host", "port", "mode"],
    samples: ({ tool, target: { host, port }, options }) => [
      [{ version: tool.version, host, port, mode: optionText(options["mode"] ?? "echo") }, 1],
    ],
  },
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
  figure("messages", "Messages that came back whole.", ({ totals }) => totals.messages),
  figure("received_bytes", "Bytes that came back.", ({ totals }) => totals.bytesReceived),
  figure("sent_bytes", "Bytes that were sent.", ({ totals }) => totals.bytesSent),
  figure("messages_per_second", "Messages a second.", ({ throughput }) => throughput.messagesPerSecond),
  figure("received_bytes_per_second", "Echoed bytes a second.", ({ throughput }) => throughput.bytesPerSecond),
  figure(
    "connections_per_second",
    "Connections a second, in churn mode.",
    ({ throughput }) => throughput.connectionsPerSecond,
  ),
  figure("retransmits", "Segments that were retransmitted.", ({ tcpInfo }) => tcpInfo?.retransmits),
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

/** A label of the run as a name that Prometheus takes: two underscores in front are its own. */
const labelName = (key: string): string => key.replaceAll(/\W/g, "_").replace(/^(?=\d)|^__+/, "_");

/** The labels of a run under names that neither another one nor a metric has; those that would be lost get a number. */
function labelsOf({ labels }: DecodedResult): Record<string, string> {
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

/** The result in Prometheus' text format, for the textfile collector of node_exporter. The run's labels become labels. */
export const resultToPrometheus = (result: DecodedResult): Promise<string> =>
  renderMetricsOf(metrics, result, labelsOf(result));
