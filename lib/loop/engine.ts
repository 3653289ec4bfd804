import { epollAvailable } from "../posix/epoll.ts";
import { UsageError } from "../errors.ts";

/** What moves the bytes: Bun's sockets, or epoll through the C library. */
export type Engine = "bun" | "epoll";

/** The engine of a thread. @property wakeFd another thread writes to it after it has sent a message */
export type ThreadEngine = { readonly kind: "bun" } | { readonly kind: "epoll"; readonly wakeFd: number };

/** The engines in words. */
export const engineText = { bun: "Bun's sockets", epoll: "epoll" } as const satisfies Record<Engine, string>;

/**
 * The engine to use; `auto` is epoll where it is available.
 * @throws UsageError when epoll is asked for where it is not available
 */
export function chooseEngine({ engine, tls }: { engine: Engine | "auto"; tls: boolean }, tlsFlag = "--tls"): Engine {
  if (engine === "epoll" && tls) {
    throw new UsageError(`--engine "epoll": expected without ${tlsFlag}, which Bun's sockets alone have`);
  }
  if (engine === "epoll" && !epollAvailable) throw new UsageError('--engine "epoll": expected Linux');
  if (engine !== "auto") return engine;
  return epollAvailable && !tls ? "epoll" : "bun";
}
