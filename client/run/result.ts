import { encodeLatency } from "../../lib/latency/hdr-encoding.ts";
import type { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { summarizeLatency } from "../../lib/latency/latency-summary.ts";
import { type DecodedResult, decodedResultSchema } from "../../lib/result/decoded-result.ts";
import { shownOptions } from "../../lib/cli/option-spec.ts";
import { describeEnvironment, describeTool } from "../../lib/result/environment.ts";
import { KEPT_OUTAGES, type RunFigures, type RunResult } from "../../lib/result/run-result.ts";
import { isOneWay, waysOf } from "../../lib/result/load-modes.ts";
import { judge } from "../../lib/result/thresholds.ts";
import { verdictOf } from "../../lib/result/verdict.ts";
import type { FastOpenCount, ThreadReport } from "../load/protocol.ts";
import { sumEcn, summarizeSenders } from "../../lib/result/sender-summary.ts";
import { kernelMeans, summarizeKernel } from "../measure/kernel-summary.ts";
import {
  type LatencyName,
  mergeLatency,
  mergeSizeClass,
  type ThreadCounters,
  totalOf,
} from "../measure/thread-counters.ts";
import { clientOptions, type ClientOptions } from "../options/options.ts";
import { stagesText } from "../options/stages.ts";
import { shardText } from "../options/shard.ts";
import { startTimeText } from "../options/start-time.ts";
import { messageSizeText, sizeClasses } from "../payload/message-size.ts";
import { payloadKindText } from "../payload/payload.ts";
import { limitsItself } from "./byte-rate-kept.ts";
import type { RunSetting } from "./observer.ts";
import type { LoadPlan } from "./plan.ts";
import type { Measurements } from "./run.ts";
import { findWarnings } from "./warnings.ts";

/** Failures that the result keeps in full, of all threads together. */
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

/** The options that have a value, as JSON can hold them. */
export function resolvedOptions(options: ClientOptions, plan: LoadPlan): Record<string, unknown> {
  const { label: _, config: __, admin: ___, payload, expect, abortOn, stages, startAt, shard, ...rest } = options;
  const { durationMs, warmupMs, seed, messageSize, pipeline } = plan;
  const resolved = {
    ...shownOptions(clientOptions.shape, rest),
    size: messageSize.kind === "fixed" ? messageSize.bytes : messageSizeText(messageSize),
    pipeline,
    payload: payloadKindText(payload),
    expect: expect.map(({ expression }) => expression),
    abortOn: abortOn.length > 0 ? abortOn.map(({ expression }) => expression) : undefined,
    duration: durationMs ?? null,
    warmup: warmupMs,
    seed,
    engine: plan.engine,
    stages: stages && stagesText(stages),
    startAt: startAt && startTimeText(startAt),
    shard: shard && shardText(shard),
  };
  return Object.fromEntries(Object.entries(resolved).filter(([, value]) => value !== undefined));
}

/** The build that runs, and the machine. Reading it takes so long that a load that starts must not wait for it. */
export const describeToolAndMachine = () => ({ tool: describeTool(), environment: describeEnvironment() });

/** What is known of a run when its load starts. The last parameter is read now unless it was before. */
export function describeSetting(
  options: ClientOptions,
  plan: LoadPlan,
  { startedAt, address, clock }: RunSetting,
  { tool, environment } = describeToolAndMachine(),
) {
  const { address: numeric, port, family } = address;
  return {
    schema: "echobench.run/1" as const,
    tool,
    startedAt: startedAt.toISOString(),
    environment,
    options: resolvedOptions(options, plan),
    labels: Object.fromEntries(options.label),
    seed: plan.seed,
    shard: options.shard && plan.runId !== null ? { ...options.shard, run: plan.runId } : null,
    clock,
    target: { host: options.unix ?? options.host, address: numeric, port, family, tls: options.tls },
  };
}

/** Round trips by message size; none where all messages have one size. */
function sizeRows(plan: LoadPlan, counters: readonly ThreadCounters[]): RunResult["sizes"] {
  return sizeClasses(plan.messageSize).map((sizeClass, ordinal) => {
    const histogram = mergeSizeClass(counters, ordinal);
    const rttNs = summarizeLatency(histogram);
    const encoded = rttNs.count > 0 ? encodeLatency(histogram) : null;
    return { ...sizeClass, messages: rttNs.count, rttNs, histogram: encoded };
  });
}

/** The histograms that a result has: some loads have more of them. */
type RunHistograms = Record<"rtt" | "connect", LatencyHistogram> & Partial<Record<LatencyName, LatencyHistogram>>;

function mergeHistograms({ openLoop, mode }: LoadPlan, counters: readonly ThreadCounters[]): RunHistograms {
  const merge = (name: LatencyName): LatencyHistogram => mergeLatency(counters, name);
  return {
    ...{ rtt: merge("rtt"), connect: merge("connect") },
    ...(openLoop && { service: merge("service"), windowWait: merge("windowWait"), sendLag: merge("sendLag") }),
    ...(mode === "churn" && { life: merge("life") }),
  };
}

function sumFastOpen(reports: readonly ThreadReport[]): RunResult["fastOpen"] {
  const counts = reports.flatMap(({ fastOpen }) => (fastOpen ? [fastOpen] : []));
  if (counts.length === 0) return null;
  const sum = (read: (each: FastOpenCount) => number): number => counts.reduce((total, each) => total + read(each), 0);
  return { connections: sum(({ connections }) => connections), synData: sum(({ synData }) => synData) };
}

/** What the client measured of itself. */
function describeHarness({ reports, process, background }: Measurements): RunResult["harness"] {
  const sum = (read: (report: ThreadReport) => number): number =>
    reports.reduce((total, report) => total + read(report), 0);
  return {
    pauses: sum(({ pauses }) => pauses.count),
    pausedMs: sum(({ pauses }) => pauses.totalNs) / 1e6,
    longestPauseMs: Math.max(0, ...reports.map(({ pauses }) => pauses.longestNs)) / 1e6,
    collections: sum(({ collections }) => collections),
    runQueueMs: process.schedule?.runQueueMs ?? null,
    involuntarySwitches: process.schedule?.involuntarySwitches ?? null,
    processors: reports.every(({ processor }) => processor >= 0) ? reports.map(({ processor }) => processor) : null,
    backgroundThreads: background,
  };
}

/** Each way of a load that moves bytes one way. */
function describeWays(
  plan: LoadPlan,
  { counters, reports, durationMs: windowMs }: Measurements,
  perSecond: (count: number) => number,
): RunResult["ways"] {
  const { mode } = plan;
  if (!isOneWay(mode)) return null;
  const uploaded = totalOf(counters, "bytesUploaded");
  const bytesOf = { upload: uploaded, download: totalOf(counters, "bytesReceived") - uploaded };
  const ways = waysOf(mode).map((way) => {
    const bytes = bytesOf[way];
    const bytesPerSecond = perSecond(bytes);
    const senders = reports.flatMap((report) => report.senders[way]);
    const sender = summarizeSenders(senders, limitsItself(plan, way, { bytesPerSecond, windowMs }));
    const ecn = sumEcn(reports.map((report) => report.ecn[way]));
    return [way, { bytes, bytesPerSecond, sender, ecn }] as const;
  });
  return { upload: null, download: null, ...Object.fromEntries(ways) };
}

function figuresOf(
  options: ClientOptions,
  plan: LoadPlan,
  measured: Measurements,
  histograms: RunHistograms,
): RunFigures {
  const { counters, reports, durationMs } = measured;
  const { cpu } = measured.process;
  const { rtt, connect, service, windowWait, sendLag, life } = histograms;
  const roundTrips = summarizeLatency(rtt);
  // Of these, as the threads go on counting between two reads while a run goes on.
  const messages = roundTrips.count;
  const bytesSent = totalOf(counters, "bytesSent");
  const bytesReceived = totalOf(counters, "bytesReceived");
  const connections = totalOf(counters, "connected");
  const perSecond = (count: number): number => (durationMs > 0 ? count / (durationMs / 1_000) : 0);
  const perMessageUs = messages > 0 ? ((cpu.userMs + cpu.systemMs) * 1_000) / messages : 0;
  return {
    ...describeSetting(options, plan, measured),
    tls: reports.find(({ session }) => session)?.session ?? null,
    window: { durationMs, warmupMs: plan.warmupMs, openedAt: measured.openedAtUs },
    totals: { connections, messages, bytesSent, bytesReceived },
    throughput: {
      messagesPerSecond: perSecond(messages),
      bytesPerSecond: perSecond(bytesReceived),
      sentBytesPerSecond: perSecond(bytesSent),
      connectionsPerSecond: plan.mode === "churn" ? perSecond(connections) : null,
    },
    rttNs: { ...roundTrips, jitter: mean(reports.flatMap(({ jittersNs }) => jittersNs)) },
    serviceNs: service ? summarizeLatency(service) : null,
    windowWaitNs: windowWait ? summarizeLatency(windowWait) : null,
    sendLagNs: sendLag ? summarizeLatency(sendLag) : null,
    connectNs: summarizeLatency(connect),
    lifeNs: life ? summarizeLatency(life) : null,
    sizes: sizeRows(plan, counters),
    outages: reports.flatMap(({ outages }) => outages).slice(0, KEPT_OUTAGES),
    intervals: [...measured.intervals],
    tcpInfo: summarizeKernel(
      reports.flatMap(({ kernel }) => kernel),
      kernelMeans({
        kernelSamples: totalOf(counters, "kernelSamples"),
        kernelRttUs: totalOf(counters, "kernelRttUs"),
        kernelCwnd: totalOf(counters, "kernelCwnd"),
      }),
      durationMs,
      perSecond(bytesReceived),
    ),
    ways: describeWays(plan, measured, perSecond),
    fastOpen: sumFastOpen(reports),
    sockets: reports.find(({ sockets }) => sockets)?.sockets ?? null,
    cpu: { ...cpu, perMessageUs },
    harness: describeHarness(measured),
    errors: mergeErrors(reports),
  };
}

/** Makes the result of a run from what was measured, and judges it. @param server the server's own figures */
export function buildResult(
  options: ClientOptions,
  plan: LoadPlan,
  measured: Measurements,
  server: RunResult["server"] = null,
): DecodedResult {
  const histograms = mergeHistograms(plan, measured.counters);
  const figures = figuresOf(options, plan, measured, histograms);
  // A threshold is of the whole load, and so is kept for the merge of its shards.
  const expectations = options.shard ? [] : options.expect.map((threshold) => judge(threshold, figures));
  const lostConnections = measured.reports.reduce((sum, { lost }) => sum + lost, 0);
  const { aborted } = measured;
  const busiestThreadMs = Math.max(0, ...measured.reports.map(({ cpuMs }) => cpuMs));
  return decodedResultSchema.parse({
    ...figures,
    ...{ histograms, server, expectations, aborted },
    warnings: findWarnings(plan, figures, {
      ...{ busiestThreadMs, lostConnections },
      delayedMessages: totalOf(measured.counters, "delayed"),
    }),
    ...verdictOf({ ...figures, expectations, aborted }, measured.isInterrupted),
  });
}
