import { Counter, Gauge, Registry } from "prom-client";
import { version } from "../../lib/version.ts";
import type { Overview } from "../service/monitor.ts";

/** The samples of a metric: labels and value. */
type Samples = ReadonlyArray<readonly [labels: Record<string, string | number>, value: number]>;

interface Metric {
  readonly type: typeof Counter | typeof Gauge;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly samples: (overview: Overview) => Samples;
}

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

const metrics: readonly Metric[] = [
  {
    type: Gauge,
    name: "echobench_info",
    help: "Version of the server, always 1.",
    labels: ["version"],
    samples: () => [[{ version }, 1]],
  },
  {
    type: Gauge,
    name: "echobench_start_time_seconds",
    help: "Time at which the server was started, in seconds since 1970.",
    labels: [],
    samples: ({ startedAt }) => [[{}, Date.parse(startedAt) / 1_000]],
  },
  {
    type: Gauge,
    name: "echobench_draining",
    help: "1 while the server shuts down, otherwise 0.",
    labels: [],
    samples: ({ state }) => [[{}, state === "draining" ? 1 : 0]],
  },
  {
    type: Counter,
    name: "echobench_connections_total",
    help: "Connections that were served.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.connections),
  },
  {
    type: Gauge,
    name: "echobench_connections_active",
    help: "Open connections, those in a TLS handshake included.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.active),
  },
  {
    type: Counter,
    name: "echobench_connections_rejected_total",
    help: "Connections that were not served, by reason.",
    labels: ["worker", "reason"],
    samples: perWorkerAndKey("reason", ({ counters }) => counters.rejectedByReason),
  },
  {
    type: Counter,
    name: "echobench_connections_timed_out_total",
    help: "Connections that were closed because no byte moved for the idle timeout.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.timedOut),
  },
  {
    type: Counter,
    name: "echobench_connection_errors_total",
    help: "Connections that broke, by kind.",
    labels: ["worker", "kind"],
    samples: perWorkerAndKey("kind", ({ counters }) => counters.errorsByKind),
  },
  {
    type: Counter,
    name: "echobench_received_bytes_total",
    help: "Bytes read from clients.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.bytesIn),
  },
  {
    type: Counter,
    name: "echobench_sent_bytes_total",
    help: "Bytes echoed to clients.",
    labels: ["worker"],
    samples: perWorker(({ counters }) => counters.bytesOut),
  },
  {
    type: Gauge,
    name: "echobench_event_loop_lag_seconds",
    help: "Worst delay of the event loop in the last 10 seconds.",
    labels: ["worker"],
    samples: perWorker(({ eventLoopLagMs }) => eventLoopLagMs / 1_000),
  },
  {
    type: Counter,
    name: "echobench_worker_restarts_total",
    help: "How often a worker was replaced.",
    labels: ["worker"],
    samples: perWorker(({ restarts }) => restarts),
  },
  {
    type: Gauge,
    name: "echobench_worker_serving",
    help: "1 while the worker listens and answers, otherwise 0.",
    labels: ["worker"],
    samples: perWorker(({ isServing }) => (isServing ? 1 : 0)),
  },
];

/** The names of all metrics. */
export const metricNames: readonly string[] = metrics.map(({ name }) => name);

/** Renders the overview in Prometheus' text format. */
export async function renderMetrics(overview: Overview): Promise<string> {
  // A new registry per response: prom-client's counters can only be increased, and these totals are counted elsewhere.
  const registry = new Registry();
  for (const { type: Type, name, help, labels, samples } of metrics) {
    const metric = new Type({ name, help, labelNames: [...labels], registers: [registry] });
    for (const [labelValues, value] of samples(overview)) metric.inc(labelValues, value);
  }
  return registry.metrics();
}

/** The Content-Type of `renderMetrics`. */
export const metricsType: string = Registry.PROMETHEUS_CONTENT_TYPE;
