import { connectionCapacity } from "../../lib/posix/descriptors.ts";
import type { Engine } from "../../lib/loop/engine.ts";
import type { ConnectionLimits } from "../accept/connection-limit.ts";
import type { LogLevel } from "../log/log.ts";
import { type Counters, countersOf } from "../telemetry/counters.ts";
import type { SharedTally } from "../telemetry/tally.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { ListeningView } from "../transport/listen.ts";
import type { Observation } from "./observer.ts";

/**
 * How long the listener of an old certificate stays open after the new one listens: connects that had begun before have
 * to reach it.
 */
export const RETIRE_AFTER_MS = 1_000;

/** How the server runs: in which processes, on which engine, with which limits. */
export interface ServiceSettings {
  /** processes that listen */
  readonly workers: number;
  readonly engine: Engine;
  /** how long the loop looks at its sockets before it sleeps */
  readonly busyPollNs: number;
  /** processors for the workers, in turn; none leaves that to the kernel */
  readonly cpus: readonly number[];
  /** over all processes; undefined sets no limit but that of the descriptors */
  readonly maxConnections: number | undefined;
  readonly level: LogLevel;
  /** whether top talkers and latest events are collected for the admin page */
  readonly isObserved: boolean;
}

/** The connection limits of each process. */
export function connectionLimits({ workers, maxConnections }: ServiceSettings): ConnectionLimits {
  const own = connectionCapacity();
  return { all: maxConnections ?? own * workers, own };
}

/** One process of the server, as its statistics show it. */
export interface WorkerView {
  /** counted from 0; a replacement keeps the number of the worker that it replaces */
  readonly worker: number;
  readonly pid: number;
  /** how often it was replaced */
  readonly restarts: number;
  /** false while it does not listen, or does not answer */
  readonly isServing: boolean;
  readonly counters: Counters;
  /** worst delay of the event loop in the last 10 s */
  readonly eventLoopLagMs: number;
}

/** Reads the statistics of one process. */
export function viewWorker(
  shared: SharedTally,
  { worker, ...rest }: Omit<WorkerView, "counters" | "eventLoopLagMs">,
): WorkerView {
  const tally = shared.tallyOf(worker);
  const counters = countersOf(tally, shared.active[worker] ?? 0);
  return { worker, ...rest, counters, eventLoopLagMs: tally.get("eventLoopLagMs") };
}

/** How a service has stopped. */
export interface StopOutcome {
  /** connections aborted with unsent echoes */
  readonly cut: number;
  /** workers that did not stop in time and had to be killed, with whatever they still had */
  readonly killed: number;
}

/** A running server, in this process or in several others. */
export interface Service extends AsyncDisposable {
  readonly listener: ListeningView;
  /** the sum over all processes */
  counters(): Counters;
  workers(): readonly WorkerView[];
  /** empty unless the settings say `isObserved` */
  observe(): Observation;
  /**
   * Uses another certificate for all new connections.
   * @throws UnreachableError when it cannot listen with it; the old certificate stays in use
   */
  renew(identity: ServerIdentity): Promise<void>;
  /**
   * Stops accepting, sends all unsent echoes, then FIN on every connection.
   * @param graceMs how long unsent echoes may take
   * @param force ends the grace period early
   */
  stop(graceMs: number, force: AbortSignal): Promise<StopOutcome>;
  /** Stops at once, without a grace period. */
  [Symbol.asyncDispose](): Promise<void>;
}
