import { eventLoopTimers, sleep } from "../../lib/timers.ts";
import { ConnectionLimit } from "../accept/connection-limit.ts";
import { EchoServer, type ServerSettings } from "../accept/server.ts";
import type { Log } from "../log/log.ts";
import { countAll } from "../telemetry/counters.ts";
import { SharedTally } from "../telemetry/tally.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import { bunTransport } from "../transport/bun-transport.ts";
import type { Listening } from "../transport/listen.ts";
import { type Observation, Observer } from "./observer.ts";
import { placeEchoThread } from "./echo-thread.ts";
import {
  connectionLimits,
  RETIRE_AFTER_MS,
  type Service,
  type ServiceSettings,
  type StopOutcome,
  viewWorker,
  type WorkerView,
} from "./service.ts";

/** A server in this process, on Bun's event loop. */
export class LocalService implements Service {
  readonly listener: Listening;
  readonly #server: EchoServer;
  readonly #shared: SharedTally;
  readonly #observer: Observer | undefined;
  readonly #placement: Disposable;
  #retired: Promise<void> = Promise.resolve();

  private constructor(
    server: EchoServer,
    listener: Listening,
    shared: SharedTally,
    observer: Observer | undefined,
    placement: Disposable,
  ) {
    this.#placement = placement;
    this.#server = server;
    this.listener = listener;
    this.#shared = shared;
    this.#observer = observer;
  }

  /** @throws UnreachableError when it cannot listen */
  static async start(settings: ServerSettings, serviceSettings: ServiceSettings, log: Log): Promise<LocalService> {
    const shared = new SharedTally(new ArrayBuffer(SharedTally.bytesFor(1)), 1);
    const tally = shared.tallyOf(0);
    const limit = new ConnectionLimit(shared.active, 0, connectionLimits(serviceSettings));
    const { server, listener } = await EchoServer.start(settings, { log, tally, limit, transport: bunTransport });
    const peers = () => server.peers();
    const { isObserved } = serviceSettings;
    const observer = isObserved ? new Observer({ peers, log, tally, timers: eventLoopTimers }) : undefined;
    const placement = placeEchoThread({ index: 0, cpus: serviceSettings.cpus }, eventLoopTimers);
    return new LocalService(server, listener, shared, observer, placement);
  }

  counters() {
    return countAll(this.#shared);
  }

  workers(): readonly WorkerView[] {
    return [viewWorker(this.#shared, { worker: 0, pid: process.pid, restarts: 0, isServing: true })];
  }

  observe(): Observation {
    return this.#observer?.latest ?? { talkers: [], events: [] };
  }

  async renew(identity: ServerIdentity): Promise<void> {
    await this.#retired;
    await this.#server.listenAnew(identity);
    this.#server.steer({ from: 1, count: 1 });
    this.#retired = this.#retireLater();
  }

  async #retireLater(): Promise<void> {
    await sleep(RETIRE_AFTER_MS);
    this.#server.retire();
    this.#server.steer(undefined);
  }

  async stop(graceMs: number, force: AbortSignal): Promise<StopOutcome> {
    const cut = await this.#server.stop(graceMs, force);
    this.#observer?.[Symbol.dispose]();
    this.#placement[Symbol.dispose]();
    return { cut, killed: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0, AbortSignal.abort());
  }
}
