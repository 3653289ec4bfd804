import type { Engine } from "../../lib/loop/engine.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { LogStyle } from "../log/format.ts";
import type { LogLevel } from "../log/log.ts";
import type { Listener } from "../transport/transport.ts";
import type { Observation } from "../service/observer.ts";
import type { ConnectionLimits } from "../echo/connection-limit.ts";
import type { ServerSettings } from "../echo/server.ts";
import type { ListenerRange } from "../../lib/posix/reuseport-steering.ts";

/** What a worker is to do. */
export interface WorkerPlan {
  /** counted from 0 */
  readonly index: number;
  readonly workers: number;
  readonly settings: ServerSettings;
  readonly limits: ConnectionLimits;
  readonly level: LogLevel;
  readonly style: LogStyle;
  readonly isObserved: boolean;
  readonly engine: Engine;
  /** descriptor of the memory that all workers share */
  readonly memoryFd: number;
  /** descriptor that the supervisor writes to after each command; undefined has Bun's sockets and its loop */
  readonly wakeFd: number | undefined;
}

/** What the supervisor tells a worker. */
export type WorkerCommand =
  | { readonly kind: "start"; readonly plan: WorkerPlan }
  /** the text of the last `log` has been written */
  | { readonly kind: "logged" }
  | { readonly kind: "listenAnew"; readonly identity: ServerIdentity }
  /** undefined steers to all again */
  | { readonly kind: "steer"; readonly range: ListenerRange | undefined }
  | { readonly kind: "retire" }
  | { readonly kind: "stop"; readonly graceMs: number }
  | { readonly kind: "force" };

/** What a worker tells the supervisor. */
export type WorkerEvent =
  | ({ readonly kind: "listening" } & Pick<Listener, "endpoint" | "granted">)
  /** it cannot listen; it ends */
  | { readonly kind: "failed"; readonly message: string }
  /** what it was asked to do is done, or has failed; without an answer are `start`, `logged`, `stop` and `force` */
  | { readonly kind: "done" }
  | { readonly kind: "notDone"; readonly message: string }
  /** lines to be written; the next ones follow when these are */
  | { readonly kind: "log"; readonly text: string }
  | { readonly kind: "observed"; readonly seen: Observation }
  /** connections that were cut with echoes unsent; it ends */
  | { readonly kind: "stopped"; readonly cut: number };
