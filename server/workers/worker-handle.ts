import type { Observation } from "../service/observer.ts";
import type { ListeningView } from "../transport/listen.ts";
import type { WorkerCommand, WorkerEvent } from "./protocol.ts";
import type { LinkEvents, WorkerLink } from "./worker-link.ts";

/** What a worker needs of its supervisor. */
export interface WorkerOwner {
  /** Writes log lines of the worker. Settles with whether they were written. */
  writeLog(text: string): Promise<boolean>;
  /** The worker is gone. @param how such as `was killed by SIGKILL` */
  workerExited(worker: WorkerHandle, how: string): void;
}

/** A worker as its supervisor sees it. */
export class WorkerHandle {
  readonly startedAtMs = performance.now();
  #observation: Observation = { talkers: [], events: [] };
  readonly #owner: WorkerOwner;
  readonly #link: WorkerLink;
  readonly #listening = Promise.withResolvers<ListeningView>();
  readonly #stopped = Promise.withResolvers<number>();
  #reply = Promise.withResolvers<void>();
  #isListening = false;
  #isStopping = false;
  #hasStopped = false;
  #isGone = false;
  #cut = 0;

  /** @param start starts the worker */
  constructor(start: (events: LinkEvents) => WorkerLink, owner: WorkerOwner) {
    this.#owner = owner;
    // Without a handler a rejection that nobody waits for would end the program; the owner learns of it anyway.
    this.#listening.promise.catch(() => {});
    this.#reply.promise.catch(() => {});
    this.#link = start({ onEvent: (event) => this.#onEvent(event), onExit: (how) => this.#onExit(how) });
  }

  get pid(): number {
    return this.#link.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get isListening(): boolean {
    return this.#isListening && !this.#isGone;
  }

  /** Whether it has received `stop`. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Whether it has ended all connections, and only has to exit. */
  get hasStopped(): boolean {
    return this.#hasStopped;
  }

  /** The latest observation that the worker has reported. */
  get observation(): Observation {
    return this.#observation;
  }

  /** Rejects when the worker cannot listen, or exits before it does. */
  get listening(): Promise<ListeningView> {
    return this.#listening.promise;
  }

  /** Resolves with the number of aborted connections when the worker has stopped and is gone. */
  get stopped(): Promise<number> {
    return this.#stopped.promise;
  }

  send(command: WorkerCommand): void {
    try {
      if (!this.#isGone) this.#link.send(command);
    } catch {
      // The worker is exiting; `onExit` follows.
    }
  }

  /**
   * Sends a command that the worker replies to, one at a time. Resolves when it is done, or the worker is gone.
   * @throws Error when the command failed
   */
  request(command: WorkerCommand): Promise<void> {
    this.#reply = Promise.withResolvers();
    this.#reply.promise.catch(() => {});
    if (this.#isGone) this.#reply.resolve();
    this.send(command);
    return this.#reply.promise;
  }

  /** Ends the wait for a reply of a worker that does not answer. */
  giveUp(): void {
    this.#reply.reject(new Error("it does not answer"));
  }

  kill(): void {
    this.#link.kill();
  }

  #onEvent(event: WorkerEvent): void {
    switch (event.kind) {
      case "listening":
        this.#isListening = true;
        return this.#listening.resolve(event);
      case "listenFailed":
        return this.#listening.reject(new Error(event.message));
      case "done":
        return this.#reply.resolve();
      case "commandFailed":
        return this.#reply.reject(new Error(event.message));
      case "log":
        return void this.#owner.writeLog(event.text).then((isWritten) => this.send({ kind: "logged", isWritten }));
      case "observed":
        this.#observation = event.observation;
        return;
      case "stopping":
        this.#isStopping = true;
        return;
      case "stopped":
        this.#hasStopped = true;
        this.#cut = event.cut;
        return;
    }
  }

  #onExit(how: string): void {
    this.#isGone = true;
    this.#listening.reject(new Error(`the worker ${how}`));
    this.#reply.resolve();
    this.#stopped.resolve(this.#cut);
    this.#owner.workerExited(this, how);
  }
}
