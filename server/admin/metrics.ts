import { type Metric, metricsContentType, renderMetricsOf, type Samples } from "../../lib/text/prometheus.ts";
import { version } from "../../lib/version.ts";
import type { Overview } from "../service/monitor.ts";

/** One sample per worker. */
const perWorker =
  (value: (worker: Overview["workers"][number]) => number) =>
  ({ workers }: Overview): Samples =>
    workers.map((worker) => [{ worker: worker.worker }, value(worker)]);

/** One sample per worker and key of a breakdown. */
const perWorkerAndKey =
  (label: string, breakdown: (worker: Overview["workers"][number]) => Readonly<Record<string, number>>) =>
  ({ workers }: Overview): Samples =>
    workers.flatMap((worker) =>
      Object.entries(breakdown(worker)).map(
        ([key, value]) => [{ worker: worker.worker, [label]: key }, value] as const,
      ),
    );

const metrics: ReadonlyArray<Metric<Overview>> = [
  {
    type: "gauge",
    name: "echobench_info",
    help: "Version of the server, always 1.",
    labels: ["version"],
    samples: () => [[{ version }, 1]],
  },
  {
    type: "gauge",
    name: "echobench_start_time_seconds",
    help: "Time at which the server was started, in seconds since 1970.",
    labels: [],
    samples: ({ startedAt }) => [[{}, Date.parse(startedAt) / 1_000]],
  },
  {
    type: "gauge",
    name: "echobench_draining",
    help: "1 while the server shuts down, otherwise 0.",
    labels: [],
    samples: ({ state }) => [[{}, state === "draining" ? 1 : 0]],
  },
  {
    type: "counter",
    name: "echobench_connections_total",
    help: "Connections that were served.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.connections),
  },
  {
    type: "gauge",
    name: "echobench_connections_active",
    help: "Open connections, those in a TLS handshake included.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.active),
  },
  {
    type: "counter",
    name: "echobench_connections_rejected_total",
    help: "Connections that were not served, by reason.",
    labels: ["worker", "reason"],
    samples: perWorkerAndKey("reason", ({ counters }) => counters.rejectedByReason),
  },
  {
    type: "counter",
    name: "echobench_connections_timed_out_total",
    help: "Connections that were closed because no byte moved for the idle timeout.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.timedOut),
  },
  {
    type: "counter",
    name: "echobench_connection_errors_total",
    help: "Connections that broke, by kind.",
    labels: ["worker", "kind"],
    samples: perWorkerAndKey("kind", ({ counters }) => counters.errorsByKind),
  },
  {
    type: "counter",
    name: "echobench_received_bytes_total",
    help: "Bytes read from clients.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.bytesIn),
  },
  {
    type: "counter",
    name: "echobench_sent_bytes_total",
    help: "Bytes echoed to clients.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.bytesOut),
  },
  {
    type: "gauge",
    name: "echobench_event_loop_lag_seconds",
    help: "Worst delay of the event loop in the last 10 seconds.",
    labels: ["worker"],
    samples: perWorker(({ eventLoopLagMs }) => eventLoopLagMs / 1_000),
  },
  {
    type: "counter",
    name: "echobench_worker_restarts_total",
    help: "How often a worker was replaced.",
    labels: ["worker"],
    samples: perWorker(({ restarts }) => restarts),
  },
  {
    type: "gauge",
    name: "echobench_worker_serving",
    help: "1 while the worker listens and answers, otherwise 0.",
    labels: ["worker"],
    samples: perWorker(({ isServing }) => (isServing ? 1 : 0)),
  },
];

/** The names of all metrics. */
export const metricNames: readonly string[] = metrics.map(({ name }) => name);

/** Renders the overview in Prometheus' text format. */
export const renderMetrics = (overview: Overview): Promise<string> => renderMetricsOf(metrics, overview);

/** The Content-Type of `renderMetrics`. */
export const metricsType: string = metricsContentType;
