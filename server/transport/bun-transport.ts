import { lookup } from "node:dns/promises";
import type { SocketHandler } from "bun";
import { formatEndpoint } from "../../lib/address/address.ts";
import { BunChannel, channelHandlers, type HandshakeCheck } from "../../lib/loop/bun-channel.ts";
import { duplicateDescriptor } from "../../lib/posix/descriptors.ts";
import { libcAvailable, setBacklog } from "../../lib/posix/libc.ts";
import { SocketListener } from "../../lib/posix/listener.ts";
import { grantedSocket, protocolOf } from "../../lib/posix/socket-options.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import { handshakeError } from "../tls/tls-refusal.ts";
import { removeStaleSocket, SocketFile } from "./socket-file.ts";
import { endpointOf, type ListenTarget } from "./listen-error.ts";
import { requestListenerOptions } from "./listener-options.ts";
import type { Accept, ByteStore, Listener, SocketSettings, Transport } from "./transport.ts";

type Handlers = SocketHandler<BunChannel>;

/** Fewer bytes than this are copied into memory with room for more. */
const SMALL_BYTES = 2 * 1024;
const ROOMY_BYTES = 4 * 1024;

/** Each read of Bun's is memory of its own, which may be held. */
const store: ByteStore = {
  keep(bytes, offset, length) {
    const rest = bytes.subarray(offset, offset + length);
    // A small tail would hold the memory of the whole read, and each small read has an overhead.
    if (length >= SMALL_BYTES && length * 2 >= bytes.length) return rest;
    const copy = new Uint8Array(Math.max(length, ROOMY_BYTES));
    copy.set(rest);
    return copy;
  },
  release() {},
};

function toHandlers(accept: Accept, { noDelay, keepaliveMs, identity }: SocketSettings): Handlers {
  const demandsCertificate = identity?.ca !== undefined;
  const checkHandshake: HandshakeCheck | undefined =
    identity && ((_socket, isDone, error) => handshakeError(isDone, error, demandsCertificate));
  return {
    ...channelHandlers,
    open(socket) {
      const channel = new BunChannel({ noDelay, checkHandshake, onRefused: "close" });
      socket.data = channel;
      channel.bind(socket);
      const events = accept(channel, { host: socket.remoteAddress || undefined, port: socket.remotePort });
      if (!events) return channel.close();
      if (keepaliveMs > 0) socket.setKeepAlive(true, keepaliveMs);
      channel.attach(events);
      if (!checkHandshake) channel.open();
    },
  };
}

function toBunTls({ cert, key, ca }: ServerIdentity) {
  const demand = ca === undefined ? { rejectUnauthorized: false } : { ca, requestCert: true, rejectUnauthorized: true };
  return { tls: { cert, key, ...demand } };
}

/** Listens on a socket that listens already, which Bun's types do not have. Stopping closes the duplicate alone. */
const adopt = (fd: number, options: object) => Bun.listen({ ...options, fd: duplicateDescriptor(fd) } as never);

/** Listens on a socket of another protocol than TCP, which Bun cannot open. */
function listenOn(address: string, port: number, { backlog, sharesPort, options }: SocketSettings, handlers: object) {
  const own = SocketListener.tcp(address, port, backlog, sharesPort, () => {}, protocolOf(options));
  try {
    return { endpoint: formatEndpoint(address, own.port), listener: adopt(own.fd, handlers) };
  } finally {
    own.close();
  }
}

async function bind(target: ListenTarget, settings: SocketSettings, socket: Handlers) {
  const { identity, sharesPort, options } = settings;
  // Without allowHalfOpen Bun closes on the peer's FIN and drops the echoes that were still to be sent.
  const shared = { socket, allowHalfOpen: true };
  const tls = identity && toBunTls(identity);
  if (target.passed) {
    return { endpoint: endpointOf(target), listener: adopt(target.passed.fd, { ...shared, ...tls }) };
  }
  if (target.kind === "unix") {
    await removeStaleSocket(target.path);
    return { endpoint: target.path, listener: Bun.listen({ ...shared, unix: target.path }) };
  }
  const { address } = await lookup(target.host);
  if (options.mptcp) return listenOn(address, target.port, settings, { ...shared, ...tls });
  // Bun's types have `reusePort` for connecting only.
  const port = { port: target.port, ...(sharesPort && { reusePort: true }) };
  const listener = Bun.listen({ ...shared, ...tls, ...port, hostname: address });
  return { endpoint: formatEndpoint(address, listener.port), listener };
}

/** The descriptor of a listener, which Bun has at run time but not in its types. */
function descriptorOf(listener: object): number {
  if ("fd" in listener && typeof listener.fd === "number") return listener.fd;
  throw new Error("this version of Bun does not expose a listener's descriptor");
}

/** Bun's sockets and its event loop. */
export const bunTransport: Transport = {
  timers: eventLoopTimers,
  store,
  async listen(target, settings, accept): Promise<Listener> {
    const { endpoint, listener } = await bind(target, settings, toHandlers(accept, settings));
    const file = target.kind === "unix" && !target.passed ? new SocketFile(target.path) : undefined;
    const stop = (): void => (file ? file.keepAnothers(() => listener.stop()) : listener.stop());
    if (!libcAvailable) return { endpoint, granted: null, fd: undefined, stop };
    const fd = descriptorOf(listener);
    requestListenerOptions(fd, target, settings);
    setBacklog(fd, settings.backlog);
    return { endpoint, granted: grantedSocket(fd, settings.options), fd, stop };
  },
};
