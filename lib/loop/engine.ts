import { epollAvailable } from "../posix/epoll.ts";
import { UsageError } from "../errors.ts";

/** What moves the bytes: Bun's sockets, or epoll through the C library. */
export type Engine = "bun" | "epoll";

/** How a thread's own loop waits. */
export interface LoopSettings {
  /** another thread writes to it after it has sent a message */
  readonly wakeFd: number;
  /** how long the loop looks at its sockets before it sleeps; 0 sleeps at once, Infinity never */
  readonly busyPollNs: number;
}

/** The engine of a thread. */
export type ThreadEngine = { readonly kind: "bun" } | ({ readonly kind: "epoll" } & LoopSettings);

/** The engines in words. */
export const engineText = { bun: "Bun's sockets", epoll: "epoll" } as const satisfies Record<Engine, string>;

/**
 * The engine to use; `auto` is epoll where it is available.
 * @throws UsageError when epoll is asked for where it is not available
 */
export function chooseEngine(
  { engine, tls, busyPoll }: { engine: Engine | "auto"; tls: boolean; busyPoll?: string },
  tlsFlag = "--tls",
): Engine {
  const chosen = engineOf(engine, tls, tlsFlag);
  if (chosen === "bun" && busyPoll !== undefined && busyPoll !== "off") {
    throw new UsageError(`--busy-poll "${busyPoll}": expected with the epoll engine; Bun's sockets always sleep`);
  }
  return chosen;
}

function engineOf(engine: Engine | "auto", tls: boolean, tlsFlag: string): Engine {
  if (engine === "epoll" && tls) {
    throw new UsageError(`--engine "epoll": expected without ${tlsFlag}, which Bun's sockets alone have`);
  }
  if (engine === "epoll" && !epollAvailable) throw new UsageError('--engine "epoll": expected Linux');
  if (engine !== "auto") return engine;
  return epollAvailable && !tls ? "epoll" : "bun";
}
