import { closeSync } from "node:fs";
import { messageOf } from "../../lib/errors.ts";
import type { ServerIdentity } from "../identity.ts";
import { Log } from "../log.ts";
import { formatOf } from "../log-style.ts";
import { Observer } from "../observer.ts";
import { Places } from "../places.ts";
import { EchoServer } from "../server.ts";
import { SharedTally } from "../tally.ts";
import type { WorkerCommand, WorkerEvent, WorkerPlan } from "./protocol.ts";
import { MEMORY_DESCRIPTOR, mapDescriptor } from "./shared-memory.ts";

const tell = (event: WorkerEvent): void => void process.send?.(event);

/** One process of a server, which does what its supervisor says. */
class Worker {
  readonly #force = new AbortController();
  #server: EchoServer | undefined;
  #observer: Observer | undefined;
  #log: Log | undefined;
  #started: Promise<void> = Promise.resolve();
  #onLogged: () => void = () => {};

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
        return tell({ kind: "done" });
      case "retire":
        this.#server?.retire();
        return tell({ kind: "done" });
      case "stop":
        return void this.#stop(command.graceMs);
      case "force":
        return this.#force.abort();
    }
  }

  /** The supervisor is gone: so is everybody else. */
  orphaned(): void {
    this.#force.abort();
    process.exit();
  }

  async #start(plan: WorkerPlan): Promise<void> {
    const shared = new SharedTally(mapDescriptor(MEMORY_DESCRIPTOR), plan.workers);
    closeSync(MEMORY_DESCRIPTOR);
    const tally = shared.tallyOf(plan.index);
    const log = new Log(formatOf(plan.style), plan.level, (text) => this.#write(text));
    this.#log = log;
    try {
      const places = new Places(shared.places, plan.index, plan.limits);
      const { server, listener } = await EchoServer.start(plan.settings, { log, tally, places });
      this.#server = server;
      if (plan.isObserved) this.#observe(server, log, tally);
      tell({ kind: "listening", endpoint: listener.endpoint, granted: listener.granted });
    } catch (error) {
      tell({ kind: "failed", message: messageOf(error) });
      process.disconnect?.();
    }
  }

  async #listenAnew(identity: ServerIdentity): Promise<void> {
    try {
      await this.#started;
      await this.#server?.listenAnew(identity);
      tell({ kind: "done" });
    } catch (error) {
      tell({ kind: "notDone", message: messageOf(error) });
    }
  }

  #observe(server: EchoServer, log: Log, tally: ReturnType<SharedTally["tallyOf"]>): void {
    const observer = new Observer(
      () => server.peers(),
      tally,
      (seen) => tell({ kind: "observed", seen }),
    );
    log.onEvent = (timeMs, event) => observer.noted(timeMs, event);
    this.#observer = observer;
  }

  /** Has the supervisor write text. */
  #write(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onLogged = resolve;
    tell({ kind: "log", text });
    return promise;
  }

  async #stop(graceMs: number): Promise<void> {
    const cut = (await this.#server?.stop(graceMs, this.#force.signal)) ?? 0;
    this.#observer?.[Symbol.dispose]();
    await this.#log?.flush();
    tell({ kind: "stopped", cut });
    process.disconnect?.();
  }
}

/** Runs this process as a worker until its supervisor ends it, or is gone. */
export function runWorker(): void {
  const worker = new Worker();
  // A Ctrl+C goes to the whole process group; when to end is the supervisor's to say.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("message", (command: WorkerCommand) => worker.obey(command));
  process.on("disconnect", () => worker.orphaned());
}
