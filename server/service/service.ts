import { type Counters, countersOf } from "../telemetry/counters.ts";
import type { Engine } from "../../lib/loop/engine.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { Listener } from "../transport/transport.ts";
import type { LogLevel } from "../log/log.ts";
import type { Observation } from "./observer.ts";
import type { SharedTally } from "../telemetry/tally.ts";

/** How long connects that began before a new certificate may take to come to the listener of the old one. */
export const RETIRE_AFTER_MS = 1_000;

/** What a service is besides an echo server. */
export interface ServiceSettings {
  /** processes that listen */
  readonly workers: number;
  readonly engine: Engine;
  /** over all processes; undefined is as many as they can */
  readonly maxConnections: number | undefined;
  readonly level: LogLevel;
  /** whether somebody will ask who talks most and what happened last */
  readonly isObserved: boolean;
}

/** One process of the server, as its statistics show it. */
export interface WorkerView {
  /** counted from 0; the one that replaces another has its number */
  readonly worker: number;
  readonly pid: number;
  /** how often it had to be replaced */
  readonly restarts: number;
  readonly counters: Counters;
  /** by how much the event loop was late at worst in the last 10 s */
  readonly eventLoopLagMs: number;
}

/** What there is to see of a worker. */
export function viewWorker(shared: SharedTally, worker: number, pid: number, restarts: number): WorkerView {
  const tally = shared.tallyOf(worker);
  const counters = countersOf(tally, shared.places[worker] ?? 0);
  return { worker, pid, restarts, counters, eventLoopLagMs: tally.get("eventLoopLagMs") };
}

/** A server that runs, in this process or in several others. */
export interface Service extends AsyncDisposable {
  readonly listener: Pick<Listener, "endpoint" | "granted">;
  /** of all processes together, since the start */
  counters(): Counters;
  workers(): readonly WorkerView[];
  /** nothing unless the service was started to be observed */
  observe(): Observation;
  /**
   * Shows another certificate to whoever connects from now on.
   * @throws UnreachableError when it cannot, and goes on as before
   */
  renew(identity: ServerIdentity): Promise<void>;
  /**
   * Accepts no more, sends what is unsent, then FIN to everyone.
   * @param force cuts the wait short
   * @returns how many connections were cut with echoes unsent
   */
  stop(graceMs: number, force: AbortSignal): Promise<number>;
  /** Ends at once what has not been stopped. */
  [Symbol.asyncDispose](): Promise<void>;
}
