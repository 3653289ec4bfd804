import { expect, test } from "bun:test";
import type { Interval } from "../../lib/result/run-result.ts";
import { counterIndex, openThreadCounters } from "../measure/thread-counters.ts";
import { clientOptions } from "../options/options.ts";
import { toPlan } from "../run/plan.ts";
import type { RunPoint } from "./live-message.ts";
import { runMetricNames } from "../report/run-metrics.ts";
import { liveMetricNames, renderLiveMetrics } from "./metrics.ts";
import { RunMonitor } from "./run-monitor.ts";

const options = clientOptions.parse({ conns: 4, duration: "10s", label: ["path=berlin", "host=mine"] });

const row = (endMs: number, messages: number): Interval => ({
  ...{
    startMs: endMs - 1_000,
    endMs,
    messages,
    bytes: messages * 1_024,
    uploadedBytes: null,
    errors: 0,
    retransmits: 0,
    tcp: null,
  },
  histogram: null,
  rttNs: messages > 0 ? { p50: 50_000, p99: 110_000, max: 2_000_000 } : { p50: 0, p99: 0, max: 0 },
});

/** A run whose window opens at 1 s, on a clock that the test sets. */
function createRun() {
  let now = 0;
  const monitor = new RunMonitor(options, () => now);
  const told: Array<RunPoint | undefined> = [];
  monitor.onChange((sample) => told.push(sample));
  const plan = toPlan(options, () => 1);
  const observer = monitor.observe(plan);
  const counters = openThreadCounters();
  const begin = (): Disposable =>
    observer.onStart({
      ...{ startedAt: new Date(0), address: { family: "ipv4", address: "127.0.0.1", port: 7878 } },
      ...{
        counters: [counters],
        openedAtUs: 0,
        clock: null,
        processSoFar: () => ({ cpu: { userMs: 0, systemMs: 0 }, schedule: undefined }),
        windowStartMs: 1_000,
      },
    });
  const count = (name: keyof typeof counterIndex, value: number): void => {
    counters.values[counterIndex[name]] = value;
  };
  return { monitor, observer, told, begin, count, at: (ms: number) => void (now = ms) };
}

test("before the load starts a run connects, and has no figures", () => {
  const { monitor } = createRun();
  expect(monitor.figures()).toMatchObject({
    ...{ target: "127.0.0.1:7878", startedAt: null, phase: "connecting", elapsedMs: null, leftMs: null },
    ...{ messages: 0, errors: 0, connections: { wanted: 4, open: 0, established: 0 } },
  });
});

test("a run is followed from the warm-up to its verdict, and every change is told", () => {
  const { monitor, observer, told, begin, count, at } = createRun();
  at(500);
  const load = begin();
  count("connected", 4);
  count("open", 3);
  expect(monitor.figures()).toMatchObject({ phase: "warm-up", elapsedMs: -500, leftMs: 10_500 });
  expect(monitor.figures().load).toStartWith("4 connections, 1 KiB messages, closed loop");
  at(2_000);
  count("messages", 200);
  count("failures", 1);
  observer.onInterval(row(1_000, 200));
  observer.onFailure({ kind: "reset", message: "gone", connection: 3, offset: null, expected: null, actual: null });
  expect(monitor.figures()).toMatchObject({
    ...{ phase: "measuring", elapsedMs: 1_000, leftMs: 9_000, share: 0.1, messages: 200, errors: 1 },
    ...{ connections: { wanted: 4, open: 3, established: 4 } },
    failures: [{ timeMs: 2_000, connection: 3, message: "gone" }],
  });
  at(12_000);
  expect(monitor.figures()).toMatchObject({ phase: "finishing", elapsedMs: 10_000, leftMs: 0 });
  load[Symbol.dispose]();
  monitor.finish({ verdict: "fail", reason: "a connection broke" });
  const verdict = { kind: "fail", reason: "a connection broke" };
  expect(monitor.figures()).toMatchObject({ phase: "over", verdict, connections: { open: 0, established: 4 } });
  const point = { timeMs: 2_000, messagesPerSecond: 200, bytesPerSecond: 204_800, openConnections: 3 };
  expect(told).toEqual([
    undefined,
    { ...point, p50Ns: 50_000, p99Ns: 110_000, maxNs: 2_000_000 },
    undefined,
    undefined,
  ]);
});

test("a row that is too short for a rate is not shown", () => {
  const { monitor, observer, begin } = createRun();
  using _load = begin();
  observer.onInterval(row(1_000, 200));
  observer.onInterval({ ...row(1_001, 1), startMs: 1_000 });
  expect(monitor.history).toHaveLength(1);
});

test("a row without messages has no latencies, and the latest five minutes are kept", () => {
  const { monitor, observer, begin } = createRun();
  using _load = begin();
  for (let i = 1; i <= 301; i++) observer.onInterval(row(i * 1_000, 0));
  expect(monitor.history).toHaveLength(300);
  expect(monitor.history[0]).toMatchObject({ timeMs: 3_000, p50Ns: null, p99Ns: null, maxNs: null });
});

test("metrics have the names of --prometheus, and three of their own that only a running load has", () => {
  const own = liveMetricNames.filter((name) => !runMetricNames.includes(name));
  expect(own).toEqual(["measuring", "left_seconds", "connections_open"].map((name) => `echobench_run_${name}`));
});

test("metrics have what is known, and the labels of the run beside their own", async () => {
  const { monitor, observer, begin, count, at } = createRun();
  const early = await renderLiveMetrics(monitor);
  const own = 'host="127.0.0.1",port="7878",mode="echo",version=';
  expect(early).toMatch(new RegExp(`^echobench_run_info\\{${own}"[\\d.]+",path="berlin",host_2="mine"\\} 1$`, "m"));
  for (const absent of ["start_time", "left_seconds", "per_second", "rtt_seconds", "passed"]) {
    expect(early).not.toContain(absent);
  }
  at(2_000);
  using _load = begin();
  count("messages", 200);
  observer.onInterval(row(1_000, 200));
  const later = await renderLiveMetrics(monitor);
  expect(later).toMatch(/\nechobench_run_messages\{.*\} 200\n/);
  expect(later).toMatch(/\nechobench_run_messages_per_second\{.*\} 200\n/);
  expect(later).toMatch(/\nechobench_run_left_seconds\{.*\} 9\n/);
  expect(later).toMatch(/\nechobench_run_measuring\{.*\} 1\n/);
  expect(later).toMatch(/\nechobench_run_rtt_seconds\{percentile="99",.*\} 0.00011\n/);
});

test.each([
  [{ mode: "upload" }, 0],
  [{ mode: "download" }, null],
  [{ unix: "/tmp/echo.sock" }, null],
])("%j has retransmits where this end sees them", (changes, retransmits) => {
  expect(new RunMonitor({ ...options, ...clientOptions.parse(changes) }).figures().retransmits).toBe(retransmits);
});
