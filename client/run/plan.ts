import { stripBrackets } from "../../lib/address/address.ts";
import { toSocketRequest } from "../../lib/cli/socket-options.ts";
import { findTransform } from "../../lib/transforms/transforms.ts";
import { chooseEngine, type Engine } from "../../lib/loop/engine.ts";
import { cpusOf } from "../../lib/loop/cpu-list.ts";
import { busyPollNs } from "../../lib/loop/busy-poll.ts";
import type { MessageSize } from "../payload/message-size.ts";
import type { AbortCondition } from "../options/abort-condition.ts";
import type { ClientOptions } from "../options/options.ts";
import { shareOf } from "../traffic/budget.ts";
import { runIdOf, seedOfRun, shareOfLoad } from "./shard-plan.ts";
import type { StartPlan } from "./start.ts";
import { createPayload, expectedEcho, isDistinct } from "../payload/payload.ts";
import { durationOf, highestRateOf } from "../options/stages.ts";
import type { ThreadPlan } from "../load/protocol.ts";
import { readTlsSettings, type TlsSettings } from "../options/tls-options.ts";

const DEFAULT_DURATION_MS = 10_000;
const DEFAULT_WARMUP_MS = 1_000;
const DEFAULT_INTERVAL_MS = 1_000;
/** The default of --pipeline in an open loop: what is due on a connection while echoes stop for this long ... */
const OPEN_LOOP_STALL_SECONDS = 1;
/** ... but at least and at most this many messages, and this many over all connections. */
const OPEN_LOOP_PIPELINE = { least: 16, most: 65_536, inAll: 1_000_000 };
const DEFAULT_SIZE: MessageSize = { kind: "fixed", bytes: 1_024 };

/** What is the same for all threads. */
type SharedPlan = Omit<
  ThreadPlan,
  "index" | "slots" | "isDistinct" | "payload" | "generated" | "echo" | "engine" | "counters"
>;

/** What a run will do. Times in ms; undefined is no limit. */
export interface LoadPlan extends SharedPlan {
  readonly durationMs: number | undefined;
  readonly warmupMs: number;
  readonly engine: Engine;
  readonly busyPollNs: number;
  /** processors for the threads, in turn; none leaves that to the kernel */
  readonly cpus: readonly number[];
  /** width of a row of the time series */
  readonly intervalMs: number;
  /** what ends the run early */
  readonly abortOn: readonly AbortCondition[];
  readonly start: StartPlan;
  /** what all shards of the load have in common, and no other load; null for a load of this client alone */
  readonly runId: string | null;
}

/**
 * How many messages may be in flight on a connection. A closed loop has one at a time; an open loop as many as it takes
 * to keep the schedule however late echoes come back.
 */
export function pipelineOf({
  pipeline,
  rate: steady,
  stages,
  conns,
}: Pick<ClientOptions, "pipeline" | "rate" | "stages" | "conns">): number {
  if (pipeline !== undefined) return pipeline;
  const rate = steady ?? (stages && highestRateOf(stages));
  if (rate === undefined) return 1;
  const { least, most, inAll } = OPEN_LOOP_PIPELINE;
  const wanted = Math.max(least, Math.ceil((rate / conns) * OPEN_LOOP_STALL_SECONDS));
  return Math.max(1, Math.min(wanted, most, Math.floor(inAll / conns)));
}

/** Whether an amount ends the load. */
const isCounted = ({ messages, bytes }: ClientOptions): boolean => messages !== undefined || bytes !== undefined;

/** The length of the window; undefined where an amount ends it alone. */
export function plannedDurationMs(options: ClientOptions): number | undefined {
  if (options.duration !== undefined) return options.duration;
  if (options.stages) return durationOf(options.stages);
  return isCounted(options) ? undefined : DEFAULT_DURATION_MS;
}

/**
 * Turns options into a plan, with the defaults that depend on other options.
 * @param drawSeed makes a seed if `--seed` is not given
 * @param tls what the files of TLS contain, for those who have read them already
 * @throws UsageError when a certificate or key cannot be used
 */
export function toPlan(
  options: ClientOptions,
  drawSeed: () => number,
  tls: TlsSettings | undefined = readTlsSettings(options, stripBrackets(options.host)),
): LoadPlan {
  const seed = options.seed ?? seedOfRun(options) ?? drawSeed();
  return {
    mode: options.mode,
    // Each way has as many connections as were asked for.
    ...shareOfLoad(options.mode === "both" ? { ...options, conns: 2 * options.conns } : options),
    bytesPerSecond: options.bitrate === undefined ? undefined : options.bitrate / options.conns,
    ports: { upload: options.discard, download: options.chargen },
    messageSize: options.size ?? DEFAULT_SIZE,
    pipeline: pipelineOf(options),
    rampMs: options.ramp,
    opensOnGrow: false,
    reconnect: options.reconnect,
    durationMs: plannedDurationMs(options),
    warmupMs: options.warmup ?? (isCounted(options) || options.stages ? 0 : DEFAULT_WARMUP_MS),
    threads: options.threads,
    timeoutMs: options.timeout,
    connectTimeoutMs: options.connectTimeout,
    verify: options.verify,
    seed,
    engine: chooseEngine(options),
    busyPollNs: busyPollNs(options.busyPoll) ?? 0,
    cpus: cpusOf(options.cpu),
    intervalMs: options.interval ?? DEFAULT_INTERVAL_MS,
    abortOn: options.abortOn,
    start: { at: options.startAt, mayBeLate: options.startLate },
    runId: options.shard ? runIdOf(options, seed) : null,
    sources: options.bind,
    sockets: {
      sndbufBytes: options.sndbuf ?? options.buffer,
      rcvbufBytes: options.rcvbuf ?? options.buffer,
      noDelay: options.noDelay,
      options: toSocketRequest(options),
      tls,
    },
  };
}

/**
 * Splits a run among its threads.
 * @throws UsageError when the file of the payload cannot be used
 */
export function toThreadPlans(
  plan: LoadPlan,
  { payload: payloadKind, expectTransform }: Pick<ClientOptions, "payload" | "expectTransform">,
): Array<Omit<ThreadPlan, "engine" | "counters">> {
  const {
    durationMs: _,
    warmupMs: __,
    intervalMs: ___,
    engine: ____,
    busyPollNs: _____,
    cpus: ______,
    abortOn: _______,
    ...shared
  } = plan;
  const payload = createPayload(payloadKind, plan.seed);
  const echo = expectedEcho(payload, findTransform(expectTransform));
  const share = (total: number | undefined, index: number): number | undefined =>
    total === undefined ? undefined : shareOf(total, index, plan.threads);
  return Array.from({ length: plan.threads }, (_thread, index) => ({
    ...shared,
    index,
    slots: shareOf(plan.connections, index, plan.threads),
    messages: share(plan.messages, index),
    bytes: share(plan.bytes, index),
    isDistinct: isDistinct(payloadKind),
    payload,
    generated: payloadKind.kind === "file" ? undefined : { payload: payloadKind.kind, seed: plan.seed },
    echo,
  }));
}
