import type { Listener } from "../transport/transport.ts";
import type { Observation } from "../service/observer.ts";
import type { WorkerCommand, WorkerEvent } from "./protocol.ts";
import type { LinkOwner, WorkerLink } from "./worker-link.ts";

/** What a supervisor is told by its workers. */
export interface WorkerOwner {
  /** Writes lines of its log. */
  write(text: string): Promise<void>;
  /** It is gone. @param how such as `was killed by SIGKILL` */
  died(worker: WorkerHandle, how: string): void;
}

type Listening = Pick<Listener, "endpoint" | "granted">;

/** A worker, seen from its supervisor. */
export class WorkerHandle {
  readonly startedAtMs = performance.now();
  seen: Observation = { talkers: [], events: [] };
  readonly #owner: WorkerOwner;
  readonly #link: WorkerLink;
  readonly #listening = Promise.withResolvers<Listening>();
  readonly #stopped = Promise.withResolvers<number>();
  #answer = Promise.withResolvers<void>();
  #isGone = false;

  /** @param open starts it */
  constructor(open: (owner: LinkOwner) => WorkerLink, owner: WorkerOwner) {
    this.#owner = owner;
    // Whoever waits is told; when nobody does, the worker's end is told all the same.
    this.#listening.promise.catch(() => {});
    this.#link = open({ told: (event) => this.#told(event), ended: (how) => this.#ended(how) });
  }

  get pid(): number {
    return this.#link.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  tell(command: WorkerCommand): void {
    try {
      if (!this.#isGone) this.#link.send(command);
    } catch {
      // It is about to go, which is told when it has.
    }
  }

  /** Rejects when it cannot listen, or dies first. */
  get listening(): Promise<Listening> {
    return this.#listening.promise;
  }

  /** Tells it to do what it answers, one thing at a time. Settles when that is done, or it is gone; rejects when it failed. */
  ask(command: WorkerCommand): Promise<void> {
    this.#answer = Promise.withResolvers();
    if (this.#isGone) this.#answer.resolve();
    this.tell(command);
    return this.#answer.promise;
  }

  /** Connections that were cut, once it has stopped. */
  get stopped(): Promise<number> {
    return this.#stopped.promise;
  }

  kill(): void {
    this.#link.kill();
  }

  #told(event: WorkerEvent): void {
    switch (event.kind) {
      case "listening":
        return this.#listening.resolve(event);
      case "failed":
        return this.#listening.reject(new Error(event.message));
      case "done":
        return this.#answer.resolve();
      case "notDone":
        return this.#answer.reject(new Error(event.message));
      case "log":
        return void this.#owner.write(event.text).then(() => this.tell({ kind: "logged" }));
      case "observed":
        this.seen = event.seen;
        return;
      case "stopped":
        return this.#stopped.resolve(event.cut);
    }
  }

  #ended(how: string): void {
    this.#isGone = true;
    this.#listening.reject(new Error(`the worker ${how}`));
    this.#answer.resolve();
    this.#stopped.resolve(0);
    this.#owner.died(this, how);
  }
}
