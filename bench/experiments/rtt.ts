import { randomFillSync } from "node:crypto";
import { Bench } from "tinybench";
import { z } from "zod";
import { programCommand } from "../../lib/cli/command.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { exitCodes, InterruptedError } from "../../lib/errors.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { encodeLatency } from "../../lib/latency/hdr-encoding.ts";
import { summarizeLatency } from "../../lib/latency/latency-summary.ts";
import { type RunResult, runResultSchema } from "../../lib/result/run-result.ts";
import { unlessStopped } from "../../lib/timers.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { formatCount, formatLatency, formatSize } from "../../lib/text/format-units.ts";
import { type Conditions, describeConditions } from "../driver/conditions.ts";
import type { Timing } from "../driver/measure.ts";
import { lengthOptions, timingOf } from "../driver/options.ts";
import { choosePlacement } from "../driver/placement.ts";
import { commandLineOf, quietServer, startServer } from "../driver/processes.ts";
import { renderReport } from "../report/formats.ts";
import { formatOptions, measuringNotes, savingOption } from "../report/options.ts";
import { openReportFolder, saveFile } from "../driver/report-folder.ts";
import type { Suite } from "../suite/suite.ts";
import { openPingPong } from "./ping-pong.ts";

const schema = z.object({ ...lengthOptions, ...savingOption, ...formatOptions });

/** Every message size, plain and over TLS. */
const tasks = [64, 1_024, 16_384, 65_536].flatMap((bytes) =>
  [false, true].map((isTls) => ({ bytes, isTls, name: `${formatSize(bytes)}${isTls ? ", TLS" : ""}` })),
);

type Task = (typeof tasks)[number];

const serverOptionsOf = (isTls: boolean): string[] => [...quietServer, ...(isTls ? ["--tls-self-signed"] : [])];

/** Two-sided 95 % quantile of the standard normal distribution. */
const Z_95 = 1.96;

/** Bytes of which each message is another part. The number is prime, so that a message size does not divide it. */
const payload = randomFillSync(Buffer.alloc(1_048_583));

const none = summarizeLatency(new LatencyHistogram());

/** Turns the samples of one task into a client's result: closed loop, one connection. */
function toResult(samplesMs: readonly number[], task: Task, conditions: Conditions): RunResult {
  const { tool, environment, startedAt, timing } = conditions;
  const { bytes: messageBytes, isTls } = task;
  const histogram = new LatencyHistogram();
  for (const ms of samplesMs) histogram.record(Math.round(ms * 1e6));
  const rtt = summarizeLatency(histogram);
  const durationMs = samplesMs.reduce((sum, ms) => sum + ms, 0);
  const messages = samplesMs.length;
  const bytes = messages * messageBytes;
  const bytesPerSecond = durationMs > 0 ? bytes / (durationMs / 1_000) : 0;
  return runResultSchema.parse({
    schema: "echobench.run/1",
    ...{ tool, environment, startedAt },
    options: { mode: "echo", conns: 1, size: messageBytes, pipeline: 1, verify: true },
    ...{ labels: { measuredBy: "tinybench" }, seed: 0, histograms: { rtt: encodeLatency(histogram) } },
    target: { host: "127.0.0.1", address: "127.0.0.1", port: 0, family: "ipv4", tls: isTls },
    window: { durationMs, warmupMs: timing.warmupMs },
    totals: { connections: 1, messages, bytesSent: bytes, bytesReceived: bytes },
    throughput: {
      messagesPerSecond: bytesPerSecond / messageBytes,
      bytesPerSecond,
      sentBytesPerSecond: bytesPerSecond,
    },
    ...{ rttNs: { ...rtt, jitter: 0 }, serviceNs: null, windowWaitNs: null, sendLagNs: null, connectNs: none },
    ...{ intervals: [], tcpInfo: null, server: null, warnings: [], expectations: [], verdict: "pass" },
    cpu: { userMs: 0, systemMs: 0, perMessageUs: 0 },
    errors: { total: 0, byKind: {}, first: [] },
  });
}

async function runTasks(plainPort: number, tlsPort: number, timing: Timing, stop: AbortSignal): Promise<Bench> {
  using plain = await openPingPong(plainPort, false);
  using overTls = await openPingPong(tlsPort, true);
  const bench = new Bench({ time: timing.durationMs, warmupTime: timing.warmupMs, retainSamples: true });
  for (const { bytes, isTls, name } of tasks) {
    let at = 0;
    const nextMessage = (): Buffer => {
      at = (at + bytes) % (payload.length - bytes);
      return payload.subarray(at, at + bytes);
    };
    const connection = isTls ? overTls : plain;
    // Without `async`, tinybench calls the function once more, in parallel, to find out whether it is asynchronous.
    bench.add(name, () => connection.roundTrip(nextMessage()), { async: true });
  }
  await unlessStopped(bench.run(), stop);
  return bench;
}

/** The tasks that were measured. @throws InterruptedError when a stop came before the first one was */
function measuredTasks(bench: Bench, stop: AbortSignal): readonly Task[] {
  if (!stop.aborted) return tasks;
  const measured = tasks.filter(({ name }) => bench.getTask(name)?.result.state === "completed");
  if (measured.length === 0) throw new InterruptedError("interrupted before anything was measured");
  return measured;
}

const toSuite = (bench: Bench, conditions: Conditions, measured: readonly Task[]): Suite => ({
  schema: "echobench.suite/1",
  ...conditions,
  variants: [{ name: "head", commit: conditions.tool.commit }],
  missing: tasks.filter((task) => !measured.includes(task)).map(({ name }) => `${name}: interrupted`),
  scenarios: measured.map((task) => {
    const result = bench.getTask(task.name)?.result;
    if (result?.state === "errored") throw result.error;
    if (result?.state !== "completed") throw new Error(`the task ${task.name} was ${result?.state}`);
    const saved = toResult(result.latency.samples ?? [], task, conditions);
    const server = ["bun run server", ...serverOptionsOf(task.isTls)].join(" ");
    return {
      name: task.name,
      load: `1 x ${task.name}`,
      commands: { server, client: "bun run bench rtt" },
      measurements: [{ round: 1, variant: "head", result: saved, serverCpuUs: null, serverRunQueueMs: null }],
    };
  }),
});

function renderTasks({ scenarios }: Suite): string {
  const rows = scenarios.map(({ name, measurements }) => {
    const { count, min, p50, p99, p99_9, mean, stddev } = measurements[0]?.result.rttNs ?? none;
    const error = count > 0 ? (Z_95 * stddev) / Math.sqrt(count) / mean : 0;
    return [name, formatCount(count), ...[min, p50, p99, p99_9].map(formatLatency), `±${(error * 100).toFixed(2)} %`];
  });
  const table = renderTable(["message", "round trips", "min", "p50", "p99", "p99.9", "mean's error"], rows);
  return `${table}\n\nOne run, one connection. Every byte was compared.\n`;
}

/** Measures round trips as tinybench tasks, one message at a time on one connection. */
async function runRtt(options: z.output<typeof schema>, stop: AbortSignal): Promise<Suite> {
  const timing = timingOf(options);
  const placement = choosePlacement();
  const conditions = describeConditions(placement.description, 1, timing);
  const start = (isTls: boolean) =>
    startServer([...placement.server, ...commandLineOf("server"), ...serverOptionsOf(isTls)]);
  await using plain = await start(false);
  await using overTls = await start(true);
  const bench = await runTasks(plain.port, overTls.port, timing, stop);
  return toSuite(bench, conditions, measuredTasks(bench, stop));
}

/** `bench rtt`. */
export const rttCommand = programCommand({
  name: "echo-bench rtt",
  command: "bun run bench rtt",
  summary: "measures single round trips over message sizes, plain and over TLS (tinybench)",
  sections: { Measuring: lengthOptions, Output: { ...savingOption, ...formatOptions } },
  schema,
  examples: [["bun run bench rtt --duration 5s", "five seconds for each size"]],
  notes: measuringNotes,
  run: async (options) => {
    if (options.out) await openReportFolder(options.out);
    const stop = watchStop();
    const suite = await runRtt(options, stop);
    if (options.out) await saveFile(options.out, "report.json", JSON.stringify(suite));
    const { format } = options;
    await print(format === "text" ? renderTasks(suite) : renderReport({ suite, comparison: undefined }, format));
    return stop.aborted ? exitCodes.interrupted : exitCodes.success;
  },
});
