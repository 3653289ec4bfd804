import type { MessageSize } from "./message-size.ts";
import type { ClientOptions } from "./options.ts";
import { createPayload, isDistinct } from "./payload.ts";
import type { ThreadPlan } from "./protocol.ts";

const DEFAULT_DURATION_MS = 10_000;
const DEFAULT_WARMUP_MS = 1_000;
const DEFAULT_INTERVAL_MS = 1_000;

/** What a run will do. Times in ms; undefined is no limit. */
export interface LoadPlan {
  readonly connections: number;
  readonly messageSize: MessageSize;
  readonly pipeline: number;
  readonly durationMs: number | undefined;
  readonly messages: number | undefined;
  readonly bytes: number | undefined;
  readonly warmupMs: number;
  readonly threads: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly verify: boolean;
  readonly seed: number;
  /** width of a row of the time series */
  readonly intervalMs: number;
  readonly sockets: ThreadPlan["sockets"];
  readonly sources: readonly string[];
}

/** @param drawSeed gives a seed where none was asked for */
export function toPlan(options: ClientOptions, drawSeed: () => number): LoadPlan {
  const isCounted = options.messages !== undefined || options.bytes !== undefined;
  return {
    connections: options.conns,
    messageSize: options.size,
    pipeline: options.pipeline,
    durationMs: options.duration ?? (isCounted ? undefined : DEFAULT_DURATION_MS),
    messages: options.messages,
    bytes: options.bytes,
    warmupMs: options.warmup ?? (isCounted ? 0 : DEFAULT_WARMUP_MS),
    threads: options.threads,
    timeoutMs: options.timeout,
    connectTimeoutMs: options.connectTimeout,
    verify: options.verify,
    seed: options.seed ?? drawSeed(),
    intervalMs: options.interval ?? DEFAULT_INTERVAL_MS,
    sources: options.bind,
    sockets: {
      sndbufBytes: options.sndbuf ?? options.buffer,
      rcvbufBytes: options.rcvbuf ?? options.buffer,
      noDelay: options.noDelay,
    },
  };
}

/** The `index`-th of `parts` shares of a whole number that differ by at most 1 and add up to it. */
export const shareOf = (total: number, index: number, parts: number): number =>
  Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts);

/**
 * Splits a run among its threads.
 * @throws UsageError when the payload's file cannot be used
 */
export function toThreadPlans(plan: LoadPlan, payloadKind: ClientOptions["payload"]): Array<Omit<ThreadPlan, "cells">> {
  const payload = createPayload(payloadKind, plan.seed);
  const share = (total: number | undefined, index: number): number | undefined =>
    total === undefined ? undefined : shareOf(total, index, plan.threads);
  return Array.from({ length: plan.threads }, (_, index) => ({
    firstConnection: Math.floor((plan.connections * index) / plan.threads),
    connections: shareOf(plan.connections, index, plan.threads),
    messageSize: plan.messageSize,
    pipeline: plan.pipeline,
    messages: share(plan.messages, index),
    bytes: share(plan.bytes, index),
    timeoutMs: plan.timeoutMs,
    connectTimeoutMs: plan.connectTimeoutMs,
    verify: plan.verify,
    isDistinct: isDistinct(payloadKind),
    seed: plan.seed,
    payload,
    sockets: plan.sockets,
    sources: plan.sources,
  }));
}
