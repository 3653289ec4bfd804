import { EpollLoop } from "../../lib/loop/epoll-loop.ts";
import { messageOf } from "../../lib/errors.ts";
import { bunTransport } from "../transport/bun-transport.ts";
import { createEpollTransport } from "../transport/epoll-transport.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import { createFormat } from "../log/format.ts";
import { Log } from "../log/log.ts";
import { Observer } from "../service/observer.ts";
import { ConnectionLimit } from "../echo/connection-limit.ts";
import { EchoServer } from "../echo/server.ts";
import { SharedTally, type Tally } from "../telemetry/tally.ts";
import type { Timers } from "../../lib/timers.ts";
import type { WorkerCommand, WorkerEvent, WorkerPlan } from "./protocol.ts";
import { mapDescriptor } from "./shared-memory.ts";

/** A part of a server, in a process or thread of its own, which does what its supervisor says. */
export class ServerWorker {
  readonly #tell: (event: WorkerEvent) => void;
  readonly #leave: () => void;
  readonly #force = new AbortController();
  #server: EchoServer | undefined;
  #observer: Observer | undefined;
  #log: Log | undefined;
  #started: Promise<void> = Promise.resolve();
  #onLogged: () => void = () => {};

  /** @param leave ends the process or thread */
  constructor(tell: (event: WorkerEvent) => void, leave: () => void) {
    this.#tell = tell;
    this.#leave = leave;
  }

  obey(command: WorkerCommand): void {
    switch (command.kind) {
      case "start":
        this.#started = this.#start(command.plan);
        return;
      case "logged":
        return this.#onLogged();
      case "listenAnew":
        return void this.#listenAnew(command.identity);
      case "steer":
        this.#server?.steer(command.range);
        return this.#tell({ kind: "done" });
      case "retire":
        this.#server?.retire();
        return this.#tell({ kind: "done" });
      case "stop":
        return void this.#stop(command.graceMs);
      case "force":
        return this.#force.abort();
    }
  }

  async #start(plan: WorkerPlan): Promise<void> {
    const shared = new SharedTally(mapDescriptor(plan.memoryFd), plan.workers);
    const tally = shared.tallyOf(plan.index);
    const { wakeFd } = plan;
    const transport =
      wakeFd === undefined
        ? bunTransport
        : createEpollTransport(new EpollLoop(Bun.nanoseconds, wakeFd, { gathers: !plan.level.verbose }));
    const { timers } = transport;
    const log = new Log(createFormat(plan.style), plan.level, (text) => this.#write(text), timers);
    this.#log = log;
    try {
      const places = new ConnectionLimit(shared.places, plan.index, plan.limits);
      const { server, listener } = await EchoServer.start(plan.settings, { log, tally, places, transport });
      this.#server = server;
      if (plan.isObserved) this.#observe(server, log, tally, timers);
      this.#tell({ kind: "listening", endpoint: listener.endpoint, granted: listener.granted });
    } catch (error) {
      this.#tell({ kind: "failed", message: messageOf(error) });
      this.#leave();
    }
  }

  async #listenAnew(identity: ServerIdentity): Promise<void> {
    try {
      await this.#started;
      await this.#server?.listenAnew(identity);
      this.#tell({ kind: "done" });
    } catch (error) {
      this.#tell({ kind: "notDone", message: messageOf(error) });
    }
  }

  #observe(server: EchoServer, log: Log, tally: Tally, timers: Timers): void {
    const observer = new Observer(
      () => server.peers(),
      tally,
      timers,
      (seen) => this.#tell({ kind: "observed", seen }),
    );
    log.onEvent = (timeMs, event) => observer.noted(timeMs, event);
    this.#observer = observer;
  }

  /** Has the supervisor write text. */
  #write(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onLogged = resolve;
    this.#tell({ kind: "log", text });
    return promise;
  }

  async #stop(graceMs: number): Promise<void> {
    await this.#started;
    const cut = (await this.#server?.stop(graceMs, this.#force.signal)) ?? 0;
    this.#observer?.[Symbol.dispose]();
    await this.#log?.flush();
    this.#tell({ kind: "stopped", cut });
    this.#leave();
  }
}
