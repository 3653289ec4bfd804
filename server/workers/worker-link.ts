import type { WorkerCommand, WorkerEvent, WorkerSettings } from "./protocol.ts";

/** Called with what happens to a worker. */
export interface LinkEvents {
  onEvent(event: WorkerEvent): void;
  /** The worker is gone. @param how such as `was killed by SIGKILL` */
  onExit(how: string): void;
}

/** The supervisor's connection to a worker. */
export interface WorkerLink {
  readonly pid: number;
  send(command: WorkerCommand): void;
  /** Ends the worker at once. */
  kill(): void;
}

/** Starts a worker. @param memoryFd descriptor of the memory that all workers share */
export type StartWorker = (settings: WorkerSettings, memoryFd: number, events: LinkEvents) => WorkerLink;
