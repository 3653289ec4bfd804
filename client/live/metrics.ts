import { hasMessages } from "../../lib/result/load-modes.ts";
import { type Metric, renderMetricsOf } from "../../lib/text/prometheus.ts";
import { labelsFor, percentileGauge, percentileSample, runGauge, runInfo } from "../report/run-gauges.ts";
import type { RunMonitor } from "./run-monitor.ts";

const gauge = runGauge<RunMonitor>;

/** A stream has no messages, which is something else than none in a while. */
const unlessStream = ({ identity }: RunMonitor, value: number | undefined): number | undefined =>
  hasMessages(identity.mode) ? value : undefined;

/** Rates and latencies are those of the last row of the time series, everything else is of the run so far. */
const metrics: ReadonlyArray<Metric<RunMonitor>> = [
  runInfo(({ identity }) => identity),
  gauge("start_time_seconds", "Time at which the run began, in seconds since 1970.", (monitor) => {
    const { startedAt } = monitor.figures();
    return startedAt === null ? null : Date.parse(startedAt) / 1_000;
  }),
  gauge("measuring", "1 while the run is measured, 0 before and after.", (monitor) =>
    monitor.figures().phase === "measuring" ? 1 : 0,
  ),
  gauge("window_seconds", "Length of the measured window so far.", (monitor) =>
    Math.max(0, (monitor.figures().elapsedMs ?? 0) / 1_000),
  ),
  gauge("left_seconds", "Time until the measured window ends, as far as can be seen.", (monitor) => {
    const { leftMs } = monitor.figures();
    return leftMs === null ? null : leftMs / 1_000;
  }),
  gauge("connections", "Connections that were established.", (monitor) => monitor.figures().connections.established),
  gauge("connections_open", "Connections that are established now.", (monitor) => monitor.figures().connections.open),
  gauge("messages", "Messages that came back whole; a stream has none.", (monitor) =>
    unlessStream(monitor, monitor.figures().messages),
  ),
  gauge("received_bytes", "Bytes that came back.", (monitor) => monitor.figures().bytesReceived),
  gauge("sent_bytes", "Bytes that were sent.", (monitor) => monitor.figures().bytesSent),
  gauge("messages_per_second", "Messages a second; a stream has none.", (monitor) =>
    unlessStream(monitor, monitor.history.at(-1)?.messagesPerSecond),
  ),
  gauge("received_bytes_per_second", "Echoed bytes a second.", ({ history }) => history.at(-1)?.bytesPerSecond),
  gauge("retransmits", "Segments that were retransmitted.", (monitor) => monitor.figures().retransmits),
  gauge("errors", "Errors of all kinds.", (monitor) => monitor.figures().errors),
  gauge("passed", "1 when every byte came back and every threshold was kept, otherwise 0.", (monitor) => {
    const { verdict } = monitor.figures();
    return verdict && (verdict.kind === "pass" ? 1 : 0);
  }),
  {
    ...percentileGauge("rtt", "Round trips, from when a message was due in an open loop"),
    samples({ history }) {
      const { p50Ns = null, p99Ns = null, maxNs = null } = history.at(-1) ?? {};
      const known = [[50, p50Ns] as const, [99, p99Ns] as const, [100, maxNs] as const];
      return known.flatMap(([percentile, ns]) => (ns === null ? [] : [percentileSample(percentile, ns)]));
    },
  },
];

/** The names of all metrics. */
export const liveMetricNames: readonly string[] = metrics.map(({ name }) => name);

/** The figures of a run so far in Prometheus' text format, under the names of `--prometheus` where it has them. */
export const renderLiveMetrics = (monitor: RunMonitor): Promise<string> =>
  renderMetricsOf(metrics, monitor, labelsFor(metrics, monitor.labels));
