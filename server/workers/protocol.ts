import type { Engine, ThreadEngine } from "../../lib/loop/engine.ts";
import type { ListenerRange } from "../../lib/posix/reuseport-steering.ts";
import type { ConnectionLimits } from "../accept/connection-limit.ts";
import type { ServerSettings } from "../accept/server.ts";
import type { LogStyle } from "../log/format.ts";
import type { LogLevel } from "../log/log.ts";
import type { Observation } from "../service/observer.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { ListeningView } from "../transport/listen.ts";

/** What the supervisor decides about a worker. */
export interface WorkerSettings {
  /** counted from 0 */
  readonly index: number;
  readonly workers: number;
  readonly settings: ServerSettings;
  readonly limits: ConnectionLimits;
  readonly level: LogLevel;
  readonly style: LogStyle;
  readonly isObserved: boolean;
  readonly engine: Engine;
  readonly busyPollNs: number;
  /** processors for the workers, in turn; none leaves that to the kernel */
  readonly cpus: readonly number[];
}

/** Everything a worker needs to start. */
export interface WorkerPlan extends Omit<WorkerSettings, "engine" | "busyPollNs"> {
  readonly engine: ThreadEngine;
  /** descriptor of the memory that all workers share */
  readonly memoryFd: number;
}

/** A command to a worker, which replies `done` or `commandFailed` to `renew`, `steer` and `retire`. */
export type WorkerCommand =
  | { readonly kind: "start"; readonly plan: WorkerPlan }
  /** the text of the last `log` event has been written, or is lost */
  | { readonly kind: "logged"; readonly isWritten: boolean }
  /** listen with another certificate too */
  | { readonly kind: "renew"; readonly identity: ServerIdentity }
  /** give new connections to these listeners only, or to all when undefined */
  | { readonly kind: "steer"; readonly range: ListenerRange | undefined }
  /** close the listener of the old certificate */
  | { readonly kind: "retire" }
  | { readonly kind: "stop"; readonly graceMs: number }
  /** end the grace period of `stop` */
  | { readonly kind: "force" };

/** An event that a worker reports to the supervisor. */
export type WorkerEvent =
  | ({ readonly kind: "listening" } & ListeningView)
  /** the worker cannot listen and exits */
  | { readonly kind: "listenFailed"; readonly message: string }
  | { readonly kind: "done" }
  | { readonly kind: "commandFailed"; readonly message: string }
  /** log lines to write; the worker sends no more until they are `logged` */
  | { readonly kind: "log"; readonly text: string }
  | { readonly kind: "observed"; readonly observation: Observation }
  /** the worker has received `stop` */
  | { readonly kind: "stopping" }
  /** the worker exits after it has aborted `cut` connections with unsent echoes */
  | { readonly kind: "stopped"; readonly cut: number };
