import { describeEnvironment, describeTool } from "../../lib/result/environment.ts";
import { encodeLatency } from "../../lib/latency/hdr.ts";
import { summarizeLatency } from "../../lib/latency/latency-summary.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { judge } from "../../lib/result/thresholds.ts";
import { type RunVerdict, verdictOf } from "../../lib/result/verdict.ts";
import { kernelMeans, summarizeKernel } from "../measure/kernel-summary.ts";
import { messageSizeText, sizeClasses } from "../payload/message-size.ts";
import type { ClientOptions } from "../options/options.ts";
import { payloadKindText } from "../payload/payload-kind.ts";
import { KEPT_OUTAGES } from "../failure/outages.ts";
import type { LoadPlan } from "./plan.ts";
import type { ThreadReport } from "../load/protocol.ts";
import type { Measurements, RunSetting } from "./run.ts";
import {
  type LatencyName,
  mergeLatency,
  mergeSizeClass,
  type ThreadCounters,
  totalOf,
} from "../measure/thread-counters.ts";
import { findWarnings } from "./warnings.ts";

/** Failures of all threads that the result keeps whole. */
const KEPT_FAILURES = 10;

function mergeErrors(reports: readonly ThreadReport[]): RunResult["errors"] {
  const byKind: Record<string, number> = {};
  for (const { failuresByKind } of reports) {
    for (const [kind, count] of Object.entries(failuresByKind)) byKind[kind] = (byKind[kind] ?? 0) + count;
  }
  const total = Object.values(byKind).reduce((sum, count) => sum + count, 0);
  return { total, byKind, first: reports.flatMap(({ failures }) => failures).slice(0, KEPT_FAILURES) };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);

function resolvedOptions(options: ClientOptions, plan: LoadPlan): Record<string, unknown> {
  const { label: _, config: __, payload, expect, ...rest } = options;
  const { durationMs, warmupMs, seed, messageSize, pipeline } = plan;
  return {
    ...rest,
    size: messageSize.kind === "fixed" ? messageSize.bytes : messageSizeText(messageSize),
    pipeline,
    payload: payloadKindText(payload),
    expect: expect.map(({ expression }) => expression),
    duration: durationMs ?? null,
    warmup: warmupMs,
    seed,
    engine: plan.engine,
  };
}

/** Makes the result of a run from what was measured, and judges it. @param server the server's own figures */
export function buildResult(
  options: ClientOptions,
  plan: LoadPlan,
  measured: Measurements,
  server: RunResult["server"] = null,
): RunResult & RunVerdict {
  const result = { ...describeRun(options, plan, measured), server };
  const judged = { ...result, expectations: options.expect.map((expectation) => judge(expectation, result)) };
  return { ...judged, ...verdictOf(judged, measured.isInterrupted) };
}

/** What is known of a run when its load starts. */
export function describeSetting(options: ClientOptions, plan: LoadPlan, { startedAt, address }: RunSetting) {
  const { address: numeric, port, family } = address;
  return {
    schema: "echobench.run/1" as const,
    tool: describeTool(),
    startedAt: startedAt.toISOString(),
    environment: describeEnvironment(),
    options: resolvedOptions(options, plan),
    labels: Object.fromEntries(options.label),
    seed: plan.seed,
    target: { host: options.unix ?? options.host, address: numeric, port, family, tls: options.tls },
  };
}

/** Round trips by message size; nothing where all messages are of one size. */
function sizeRows(plan: LoadPlan, cells: readonly ThreadCounters[]): RunResult["sizes"] {
  return sizeClasses(plan.messageSize).map((sizeClass, ordinal) => {
    const rttNs = summarizeLatency(mergeSizeClass(cells, ordinal));
    return { ...sizeClass, messages: rttNs.count, rttNs };
  });
}

/** Latencies that only some loads have. */
function specialLatencies({ openLoop, mode }: LoadPlan, cells: readonly ThreadCounters[]) {
  const summarize = (name: LatencyName) => summarizeLatency(mergeLatency(cells, name));
  return {
    serviceNs: openLoop ? summarize("service") : null,
    sendLagNs: openLoop ? summarize("sendLag") : null,
    lifeNs: mode === "churn" ? summarize("life") : null,
  };
}

function encodeHistograms({ openLoop, mode }: LoadPlan, cells: readonly ThreadCounters[]): Record<string, string> {
  const names: LatencyName[] = ["rtt", "connect"];
  if (openLoop) names.push("service", "sendLag");
  if (mode === "churn") names.push("life");
  return Object.fromEntries(names.map((name) => [name, encodeLatency(mergeLatency(cells, name))]));
}

function describeRun(options: ClientOptions, plan: LoadPlan, measured: Measurements): RunResult {
  const { cells, reports, cpu, durationMs } = measured;
  const messages = totalOf(cells, "messages");
  const bytesSent = totalOf(cells, "bytesSent");
  const bytesReceived = totalOf(cells, "bytesReceived");
  const connections = totalOf(cells, "connected");
  const rtt = mergeLatency(cells, "rtt");
  const connect = mergeLatency(cells, "connect");
  const perSecond = (count: number): number => (durationMs > 0 ? count / (durationMs / 1_000) : 0);
  const perMessageUs = messages > 0 ? ((cpu.userMs + cpu.systemMs) * 1_000) / messages : 0;
  const result: RunResult = {
    ...describeSetting(options, plan, measured),
    tls: reports.find(({ session }) => session)?.session ?? null,
    window: { durationMs, warmupMs: plan.warmupMs },
    totals: { connections, messages, bytesSent, bytesReceived },
    throughput: {
      messagesPerSecond: perSecond(messages),
      bytesPerSecond: perSecond(bytesReceived),
      sentBytesPerSecond: perSecond(bytesSent),
      connectionsPerSecond: plan.mode === "churn" ? perSecond(connections) : null,
    },
    rttNs: { ...summarizeLatency(rtt), jitter: mean(reports.flatMap(({ jittersNs }) => jittersNs)) },
    ...specialLatencies(plan, cells),
    connectNs: summarizeLatency(connect),
    sizes: sizeRows(plan, cells),
    outages: reports.flatMap(({ outages }) => outages).slice(0, KEPT_OUTAGES),
    histograms: encodeHistograms(plan, cells),
    intervals: [...measured.intervals],
    tcpInfo: summarizeKernel(
      reports.flatMap(({ kernel }) => kernel),
      kernelMeans({
        kernelLooks: totalOf(cells, "kernelLooks"),
        kernelRttUs: totalOf(cells, "kernelRttUs"),
        kernelCwnd: totalOf(cells, "kernelCwnd"),
      }),
      durationMs,
      perSecond(bytesReceived),
    ),
    cpu: { ...cpu, perMessageUs },
    server: null,
    errors: mergeErrors(reports),
    warnings: [],
    expectations: [],
    ...{ verdict: "pass", reason: "", exitCode: null },
  };
  const busiestThreadMs = Math.max(0, ...reports.map(({ cpuMs }) => cpuMs));
  return { ...result, warnings: findWarnings(plan, result, busiestThreadMs) };
}
