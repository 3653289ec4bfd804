import type { Engine } from "../../lib/loop/engine.ts";
import type { WorkerCommand, WorkerEvent, WorkerPlan } from "./protocol.ts";

/** Who is told of a worker. */
export interface LinkOwner {
  told(event: WorkerEvent): void;
  /** It is gone. @param how such as `was killed by SIGKILL` */
  ended(how: string): void;
}

/** How a supervisor reaches a worker. */
export interface WorkerLink {
  readonly pid: number;
  send(command: WorkerCommand): void;
  /** Ends it at once. */
  kill(): void;
}

/** What of a plan goes by how the worker is reached. */
export type LinkPlan = Pick<WorkerPlan, "memoryFd" | "engine">;

/** Starts a worker. @param memoryFd descriptor of the memory that all share, and whether it is to have a loop of its own */
export type OpenLink = (
  plan: Omit<WorkerPlan, keyof LinkPlan> & { readonly engine: Engine },
  memoryFd: number,
  owner: LinkOwner,
) => WorkerLink;
