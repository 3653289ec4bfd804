import { lookup } from "node:dns/promises";
import type { SocketHandler } from "bun";
import { formatEndpoint } from "../../lib/address.ts";
import { libcAvailable, requestSocketBuffers, setBacklog, socketBuffers } from "../../lib/posix/libc.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { Peer } from "../echo/peer.ts";
import { removeStaleSocket } from "./stale-socket.ts";
import type { ByteStore, Listener, ListenSettings, PeerHandler, Transport } from "./transport.ts";

type Handlers = SocketHandler<Peer | undefined>;

/** Each read of Bun's is memory of its own, which may be held. */
const store: ByteStore = {
  keep(bytes, offset, length) {
    const rest = bytes.subarray(offset, offset + length);
    // A small tail would hold the memory of the whole read.
    return length * 2 < bytes.length ? new Uint8Array(rest) : rest;
  },
  release() {},
};

const toHandlers = (handler: PeerHandler, { noDelay, keepaliveMs }: ListenSettings): Handlers => ({
  open(socket) {
    if (!noDelay) socket.setNoDelay(false);
    if (keepaliveMs > 0) socket.setKeepAlive(true, keepaliveMs);
    handler.open(socket);
  },
  handshake: (socket, isDone, error) => handler.handshake(socket, isDone, error),
  data: (socket, chunk) => handler.data(socket, chunk, 0, chunk.length),
  drain: (socket) => handler.drain(socket),
  end: (socket) => handler.end(socket),
  error: (socket, error) => handler.error(socket, error),
  close: (socket, error) => handler.close(socket, error),
});

/** Bun speaks TLS 1.2 and later; a peer that shows no certificate or a wrong one is refused only when so asked here. */
function toBunTls({ cert, key, ca }: ServerIdentity) {
  const demand = ca === undefined ? { rejectUnauthorized: false } : { ca, requestCert: true, rejectUnauthorized: true };
  return { tls: { cert, key, ...demand } };
}

async function bind({ target, identity, sharesPort }: ListenSettings, socket: Handlers) {
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

/** Bun's sockets and its event loop. */
export const bunTransport: Transport = {
  timers: eventLoopTimers,
  store,
  async listen(settings, handler): Promise<Listener> {
    const { endpoint, listener } = await bind(settings, toHandlers(handler, settings));
    if (!libcAvailable) return { endpoint, granted: null, fd: undefined, stop: () => listener.stop() };
    const fd = descriptorOf(listener);
    requestSocketBuffers(fd, settings.buffers);
    setBacklog(fd, settings.backlog);
    return { endpoint, granted: socketBuffers(fd), fd, stop: () => listener.stop() };
  },
};
