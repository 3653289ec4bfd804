import { lookup } from "node:dns/promises";
import type { SocketHandler } from "bun";
import { formatEndpoint } from "../lib/address.ts";
import { UsageError } from "../lib/errors.ts";
import {
  libcAvailable,
  requestSocketBuffers,
  type SocketBufferRequest,
  setBacklog,
  type SocketBuffers,
  socketBuffers,
} from "../lib/libc.ts";
import { listenError, type ListenTarget } from "./listen-error.ts";
import { removeStaleSocket } from "./stale-socket.ts";

/** A socket that accepts connections. */
export interface Listener {
  /** `0.0.0.0:7878` or the path of a socket file */
  readonly endpoint: string;
  /** the kernel's socket buffers, null where it cannot be asked */
  readonly granted: SocketBuffers | null;
  /** Accepts no more; connections stay. */
  stop(): void;
}

/** How to listen. */
export interface ListenSettings {
  readonly target: ListenTarget;
  readonly backlog: number;
  readonly buffers: SocketBufferRequest;
}

async function bind<T>(target: ListenTarget, socket: SocketHandler<T>) {
  // Without allowHalfOpen Bun closes on the peer's FIN and drops the echoes that were still to be sent.
  const shared = { socket, allowHalfOpen: true };
  if (target.kind === "unix") {
    await removeStaleSocket(target.path);
    return { endpoint: target.path, listener: Bun.listen({ ...shared, unix: target.path }) };
  }
  const { address } = await lookup(target.host);
  const listener = Bun.listen({ ...shared, hostname: address, port: target.port });
  return { endpoint: formatEndpoint(address, listener.port), listener };
}

/** The descriptor of a listener, which Bun has at run time but not in its types. */
function descriptorOf(listener: object): number {
  if ("fd" in listener && typeof listener.fd === "number") return listener.fd;
  throw new Error("this version of Bun does not tell a listener's descriptor");
}

/**
 * Listens, with the kernel's buffers and backlog as asked: accepted connections inherit the listener's buffers.
 * @throws UnreachableError that says why it cannot listen and what to do
 * @throws UsageError when buffers are asked for where the kernel cannot be asked
 */
export async function listen<T>(settings: ListenSettings, handler: SocketHandler<T>): Promise<Listener> {
  const { target, backlog, buffers } = settings;
  const asksBuffers = buffers.sndbufBytes !== undefined || buffers.rcvbufBytes !== undefined;
  if (asksBuffers && !libcAvailable) {
    throw new UsageError(
      "--buffer, --sndbuf and --rcvbuf: expected Linux; socket buffers cannot be set on this platform",
    );
  }
  try {
    const { endpoint, listener } = await bind(target, handler);
    if (!libcAvailable) return { endpoint, granted: null, stop: () => listener.stop() };
    const fd = descriptorOf(listener);
    requestSocketBuffers(fd, buffers);
    setBacklog(fd, backlog);
    return { endpoint, granted: socketBuffers(fd), stop: () => listener.stop() };
  } catch (error) {
    throw listenError(error, target);
  }
}
