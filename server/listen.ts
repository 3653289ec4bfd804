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
import type { ServerIdentity } from "./identity.ts";
import { listenError, type ListenTarget } from "./listen-error.ts";
import { removeStaleSocket } from "./stale-socket.ts";

/** A socket that accepts connections. */
export interface Listener {
  /** `0.0.0.0:7878` or the path of a socket file */
  readonly endpoint: string;
  /** the kernel's socket buffers, null where it cannot be asked */
  readonly granted: SocketBuffers | null;
  /** of the listening socket; undefined where the kernel cannot be asked */
  readonly fd: number | undefined;
  /** Accepts no more; connections stay. */
  stop(): void;
}

/** How to listen. */
export interface ListenSettings {
  readonly target: ListenTarget;
  readonly backlog: number;
  readonly buffers: SocketBufferRequest;
  /** undefined listens in plain text */
  readonly identity: ServerIdentity | undefined;
  /** lets another listener of the same user have the port too, SO_REUSEPORT */
  readonly sharesPort: boolean;
}

/** Bun speaks TLS 1.2 and later; a peer that shows no certificate or a wrong one is refused only when so asked here. */
function toBunTls({ cert, key, ca }: ServerIdentity) {
  const demand = ca === undefined ? { rejectUnauthorized: false } : { ca, requestCert: true, rejectUnauthorized: true };
  return { tls: { cert, key, ...demand } };
}

async function bind<T>({ target, identity, sharesPort }: ListenSettings, socket: SocketHandler<T>) {
  // Without allowHalfOpen Bun closes on the peer's FIN and drops the echoes that were still to be sent.
  const shared = { socket, allowHalfOpen: true };
  if (target.kind === "unix") {
    await removeStaleSocket(target.path);
    return { endpoint: target.path, listener: Bun.listen({ ...shared, unix: target.path }) };
  }
  const { address } = await lookup(target.host);
  const tls = identity && toBunTls(identity);
  // Bun's types have `reusePort` for connecting only.
  const port = { port: target.port, ...(sharesPort && { reusePort: true }) };
  const listener = Bun.listen({ ...shared, ...tls, ...port, hostname: address });
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
    const { endpoint, listener } = await bind(settings, handler);
    if (!libcAvailable) return { endpoint, granted: null, fd: undefined, stop: () => listener.stop() };
    const fd = descriptorOf(listener);
    requestSocketBuffers(fd, buffers);
    setBacklog(fd, backlog);
    return { endpoint, granted: socketBuffers(fd), fd, stop: () => listener.stop() };
  } catch (error) {
    throw listenError(error, target);
  }
}
