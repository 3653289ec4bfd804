import { hasMessages, isOneWay } from "../../lib/result/load-modes.ts";
import { fewSamples } from "../../lib/result/few-samples.ts";
import type { RunFigures } from "../../lib/result/run-result.ts";
import { formatBitRate, formatCount, formatLatency, formatPercent, plural } from "../../lib/text/format-units.ts";
import { percentileReachedByPauses } from "./own-pauses.ts";
import { askedByteRate, keepsByteRate } from "./byte-rate-kept.ts";
import type { LoadPlan } from "./plan.ts";
import { keepsRate, messagesAsked } from "./rate-kept.ts";

/** Reasons to doubt a result. */
export type WarningCode =
  | "no-messages"
  | "few-samples"
  | "lost-connections"
  | "not-verified"
  | "client-saturated"
  | "client-paused"
  | "rate-not-reached"
  | "late-sends"
  | "window-full"
  | "descriptor-limit"
  | "ports-exhausted";

/** A reason to doubt a result, and what to do about it. */
export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  readonly advice: string;
}

/** A thread that is busy for this part of the window is saturated. */
const SATURATED_SHARE = 0.95;

/** A p99 of the send lag above this is a warning. */
const LATE_NS = 1e6;

/** In a shorter window the time that it takes to open and close it is a large part. */
const SHORTEST_WINDOW_MS = 10;

/** Threads that wait for a processor for this part of the window are too many. */
const CROWDED_SHARE = 0.25;

/** A pause this long is a warning, whatever the percentiles show. */
const STANDSTILL_MS = 100;

function noBytes(mode: LoadPlan["mode"]): Warning {
  const what = isOneWay(mode) ? "was counted at the end that receives" : "came back";
  return {
    code: "no-messages",
    message: `no byte ${what} within the window`,
    advice: "run longer, or look at the errors",
  };
}

function sampleWarnings({ mode }: LoadPlan, { totals, rttNs }: RunFigures): Warning[] {
  if (!hasMessages(mode)) return totals.bytesReceived > 0 ? [] : [noBytes(mode)];
  if (totals.messages > 0) return fewSamples(rttNs.count);
  const message = "no complete message came back within the window";
  return [{ code: "no-messages", message, advice: "run longer, send smaller messages, or look at the errors" }];
}

/** Failures with which a server ends a connection that it has no room for. */
const refusals = ["connect-refused", "reset", "closed-early"];

function lostConnections(
  { mode, connections, reconnect }: LoadPlan,
  { errors }: RunFigures,
  failures: number,
): Warning[] {
  if (mode === "churn" || reconnect || failures === 0) return [];
  const lost = Math.min(failures, connections);
  const message = `${formatCount(lost)} of ${formatCount(connections)} connections were lost: the load was lighter than asked for`;
  const mayBeFull = refusals.some((kind) => errors.byKind[kind] !== undefined);
  const advice = `look at the errors${mayBeFull ? "; the server may have a connection limit" : ""}`;
  return [{ code: "lost-connections", message, advice }];
}

function rateNotReached(plan: LoadPlan, figures: RunFigures): Warning[] {
  if (!plan.openLoop || keepsRate(plan, figures)) return [];
  const { totals, throughput, window } = figures;
  const { stages, messagesPerSecond } = plan.openLoop;
  const reached = stages
    ? `${formatCount(totals.messages)} of ${formatCount(messagesAsked(plan, window.durationMs) ?? 0)} messages of the stages`
    : `${formatCount(throughput.messagesPerSecond)} of ${formatCount(messagesPerSecond)} messages a second`;
  return [
    {
      code: "rate-not-reached",
      message: `only ${reached} came back within the window`,
      advice: "the server or the network is the limit, or raise --conns, --pipeline or --threads",
    },
  ];
}

function bitRateNotReached(plan: LoadPlan, { ways, throughput, window }: RunFigures): Warning[] {
  const asked = askedByteRate(plan);
  const reached = ways
    ? [ways.upload, ways.download].flatMap((way) => way?.bytesPerSecond ?? [])
    : [throughput.bytesPerSecond];
  const least = Math.min(...reached);
  if (asked === undefined || keepsByteRate(plan, { bytesPerSecond: least, windowMs: window.durationMs })) return [];
  return [
    {
      code: "rate-not-reached",
      message: `only ${formatBitRate(least)} of ${formatBitRate(asked)} came within the window`,
      advice: "the path or the end that receives is the limit, or raise --conns or --threads",
    },
  ];
}

function lateSends({ sendLagNs }: RunFigures): Warning[] {
  if (!sendLagNs || sendLagNs.p99 <= LATE_NS) return [];
  return [
    {
      code: "late-sends",
      message: `the client itself sent one message in a hundred more than ${formatLatency(sendLagNs.p99)} late; round trips count that time`,
      advice: "give the client cores of its own, or add --threads where there are idle cores",
    },
  ];
}

/** @param delayed messages that were due before there was room for them */
function windowFull({ pipeline }: LoadPlan, { windowWaitNs, totals }: RunFigures, delayed: number): Warning[] {
  if (!windowWaitNs || delayed === 0) return [];
  const share = formatPercent(delayed / Math.max(1, totals.messages), 2);
  return [
    {
      code: "window-full",
      message: `${formatCount(delayed)} messages (${share}) were due while the window of their connection (${formatCount(pipeline)} in flight) or its socket was full, and waited for up to ${formatLatency(windowWaitNs.max)}; round trips count that time`,
      advice: "raise --pipeline or --conns, unless the server or the network cannot keep up with the rate",
    },
  ];
}

/** Not where a thread stays awake whatever the load: to be on time in an open loop, or to poll. */
function clientSaturated(
  { openLoop, busyPollNs }: LoadPlan,
  { window }: RunFigures,
  busiestThreadMs: number,
): Warning[] {
  const share = window.durationMs >= SHORTEST_WINDOW_MS ? busiestThreadMs / window.durationMs : 0;
  if (openLoop || busyPollNs > 0 || share < SATURATED_SHARE) return [];
  return [
    {
      code: "client-saturated",
      message: `a client thread was busy for ${(share * 100).toFixed(0)} % of the window: the client limits the throughput and adds to the latency`,
      advice: "add --threads where there are idle cores, or lighten the load with --rate",
    },
  ];
}

/** A thread that fills and empties hundreds of sockets takes long for all of them, and loses nothing by that. */
function longTurns({ window }: RunFigures, longestMs: number, advice: string): Warning {
  const spans = `${formatLatency(longestMs * 1e6)} of ${formatLatency(window.durationMs * 1e6)}`;
  return {
    code: "client-paused",
    message: `a client thread took up to ${spans} to see its sockets again: it served the others meanwhile, or stood still, which lowers the rates`,
    advice: `lighten the load with fewer --conns, or ${advice}`,
  };
}

/** Threads that share a processor often wait for less than a millisecond, and so do not pause; but they wait all the time. */
function crowded({ threads }: LoadPlan, { window, harness }: RunFigures): Warning[] {
  const threadMs = threads * window.durationMs;
  const waitedMs = harness?.runQueueMs ?? 0;
  if (threads === 1 || threadMs === 0 || waitedMs < CROWDED_SHARE * threadMs) return [];
  return [
    {
      code: "client-paused",
      message: `the ${threads} threads of the client waited for a processor for ${formatPercent(waitedMs / threadMs, 2)} of their time, which lowers rates and lengthens round trips`,
      advice: "run no more --threads than there are processors to spare",
    },
  ];
}

function clientPaused(plan: LoadPlan, result: RunFigures): Warning[] {
  const { harness, window } = result;
  if (!harness) return [];
  const advice = "give the client a processor of its own, and look what else runs on this machine";
  const longest = formatLatency(harness.longestPauseMs * 1e6);
  const pauses = plural(harness.pauses, "pause");
  if (harness.longestPauseMs >= STANDSTILL_MS) {
    if (!hasMessages(plan.mode)) return [longTurns(result, harness.longestPauseMs, advice)];
    const effect = plan.openLoop ? "round trips are longer" : "rates are lower and round trips longer";
    const pausedNs = (harness.pausedMs * 1e6) / plan.threads;
    const who = plan.threads === 1 ? "the client itself" : "each thread of the client itself";
    const message = `${who} stood still for ${formatLatency(pausedNs)} of ${formatLatency(window.durationMs * 1e6)} (${pauses}, the longest ${longest}): ${effect} by that`;
    return [{ code: "client-paused", message, advice }];
  }
  const reached = percentileReachedByPauses(plan, result);
  if (reached === undefined) return crowded(plan, result);
  const message = `${reached} and above show the client's own pauses: ${formatCount(harness.pauses)} of more than 1 ms, the longest ${longest}`;
  return [{ code: "client-paused", message, advice }];
}

function exhausted({ errors: { byKind } }: RunFigures): Warning[] {
  const found: Warning[] = [];
  const { "descriptors-exhausted": descriptors = 0, "ports-exhausted": ports = 0 } = byKind;
  if (descriptors > 0) {
    found.push({
      code: "descriptor-limit",
      message: `${formatCount(descriptors)} connects failed because this process may not open more files`,
      advice: "raise the limit with ulimit -n, or lower --conns",
    });
  }
  if (ports > 0) {
    found.push({
      code: "ports-exhausted",
      message: `${formatCount(ports)} connects failed because no source port was free; nobody refused them`,
      advice: "connect from more addresses with --bind, or widen net.ipv4.ip_local_port_range",
    });
  }
  return found;
}

function notVerified({ verify }: LoadPlan): Warning[] {
  if (verify) return [];
  const message = "the bytes that came back were not compared with those that were sent";
  return [{ code: "not-verified", message, advice: "leave out --no-verify to check every byte" }];
}

/** What the load threads know besides the figures. */
interface ThreadSigns {
  /** processor time within the window of the busiest one */
  readonly busiestThreadMs: number;
  /** failures by which the load became lighter */
  readonly lostConnections: number;
  /** messages of an open loop that were due before there was room for them */
  readonly delayedMessages: number;
}

/** Finds all reasons to doubt the result. */
export const findWarnings = (plan: LoadPlan, result: RunFigures, signs: ThreadSigns): Warning[] => [
  ...sampleWarnings(plan, result),
  ...lostConnections(plan, result, signs.lostConnections),
  ...exhausted(result),
  ...rateNotReached(plan, result),
  ...bitRateNotReached(plan, result),
  ...lateSends(result),
  ...windowFull(plan, result, signs.delayedMessages),
  ...clientSaturated(plan, result, signs.busiestThreadMs),
  ...clientPaused(plan, result),
  ...notVerified(plan),
];
