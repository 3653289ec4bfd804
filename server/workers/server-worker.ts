import { messageOf } from "../../lib/errors.ts";
import { EpollLoop } from "../../lib/loop/epoll-loop.ts";
import { monotonicNs } from "../../lib/posix/monotonic-clock.ts";
import { eventLoopTimers, type Timers, within } from "../../lib/timers.ts";
import { ConnectionLimit } from "../accept/connection-limit.ts";
import { EchoServer } from "../accept/server.ts";
import { createFormat } from "../log/format.ts";
import { Log } from "../log/log.ts";
import { Observer } from "../service/observer.ts";
import { SharedTally } from "../telemetry/tally.ts";
import { placeEchoThread } from "../service/echo-thread.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import { bunTransport } from "../transport/bun-transport.ts";
import { createEpollTransport } from "../transport/epoll-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { startBeating } from "./heartbeat.ts";
import type { WorkerCommand, WorkerEvent, WorkerPlan } from "./protocol.ts";
import { mapDescriptor } from "./shared-memory.ts";

const createTransport = ({ engine }: WorkerPlan): Transport =>
  engine.kind === "bun" ? bunTransport : createEpollTransport(new EpollLoop(monotonicNs, engine));

/** The least time that the supervisor gets to write the last lines of the log. */
const LOG_MS = 250;

/** An echo server in a process or thread of its own, which runs the commands of its supervisor. */
export class ServerWorker {
  readonly #emit: (event: WorkerEvent) => void;
  readonly #exit: () => void;
  readonly #force = new AbortController();
  #server: EchoServer | undefined;
  #observer: Observer | undefined;
  #log: Log | undefined;
  #timers: Timers = eventLoopTimers;
  #started: Promise<void> = Promise.resolve();
  #placement: Disposable | undefined;
  #endBeating = (): void => {};
  #onLogged: (isWritten: boolean) => void = () => {};

  /**
   * @param emit reports an event to the supervisor
   * @param exit ends the process or thread
   */
  constructor(emit: (event: WorkerEvent) => void, exit: () => void) {
    this.#emit = emit;
    this.#exit = exit;
  }

  /** Runs a command. */
  handle(command: WorkerCommand): void {
    switch (command.kind) {
      case "start":
        this.#started = this.#start(command.plan);
        return;
      case "logged":
        return this.#onLogged(command.isWritten);
      case "renew":
        return void this.#renew(command.identity);
      case "steer":
        this.#server?.steer(command.range);
        return this.#emit({ kind: "done" });
      case "retire":
        this.#server?.retire();
        return this.#emit({ kind: "done" });
      case "stop":
        return void this.#stop(command.graceMs);
      case "force":
        return this.#force.abort();
    }
  }

  async #start(plan: WorkerPlan): Promise<void> {
    const shared = new SharedTally(mapDescriptor(plan.memoryFd), plan.workers);
    const tally = shared.tallyOf(plan.index);
    const transport = createTransport(plan);
    const { timers } = transport;
    this.#timers = timers;
    const log = new Log(createFormat(plan.style), plan.level, (text) => this.#write(text), timers);
    this.#log = log;
    try {
      const limit = new ConnectionLimit(shared.active, plan.index, plan.limits);
      const { server, listener } = await EchoServer.start(plan.settings, { log, tally, limit, transport });
      this.#server = server;
      this.#endBeating = startBeating(timers, tally);
      this.#placement = placeEchoThread(plan, timers);
      if (plan.isObserved) {
        const observed = { peers: () => server.peers(), log, tally, timers };
        this.#observer = new Observer(observed, (observation) => this.#emit({ kind: "observed", observation }));
      }
      const { endpoints, services, granted } = listener;
      this.#emit({ kind: "listening", endpoints, services, granted });
    } catch (error) {
      this.#emit({ kind: "listenFailed", message: messageOf(error) });
      this.#exit();
    }
  }

  async #renew(identity: ServerIdentity): Promise<void> {
    try {
      await this.#started;
      await this.#server?.listenAnew(identity);
      this.#emit({ kind: "done" });
    } catch (error) {
      this.#emit({ kind: "commandFailed", message: messageOf(error) });
    }
  }

  /** Passes log lines to the supervisor. Settles with whether it has written them. */
  #write(text: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#onLogged = resolve;
    this.#emit({ kind: "log", text });
    return promise;
  }

  async #stop(graceMs: number): Promise<void> {
    this.#emit({ kind: "stopping" });
    await this.#started;
    const startedAtMs = performance.now();
    const force = this.#force.signal;
    const cut = (await this.#server?.stop(graceMs, force)) ?? 0;
    this.#observer?.[Symbol.dispose]();
    const leftMs = Math.max(LOG_MS, graceMs - (performance.now() - startedAtMs));
    if (this.#log) await within(this.#log.flush(), leftMs, force, this.#timers);
    this.#placement?.[Symbol.dispose]();
    this.#endBeating();
    this.#emit({ kind: "stopped", cut });
    this.#exit();
  }
}
