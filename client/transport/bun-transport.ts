import { constants } from "node:os";
import type { SocketHandler } from "bun";
import { systemErrorCode } from "../../lib/errors.ts";
import { BunChannel, type BunSocket, channelHandlers, type HandshakeCheck } from "../../lib/loop/bun-channel.ts";
import type { ChannelEvents } from "../../lib/loop/channel.ts";
import { startConnect } from "../../lib/posix/connect.ts";
import { isConnected, libcAvailable, requestSocketBuffers } from "../../lib/posix/libc.ts";
import { EventLoopClock } from "./loop-clock.ts";
import { readSession } from "./tls-session.ts";
import type { Address, SocketSettings, TlsSettings, Transport } from "./transport.ts";

/** Whether it does not matter who signed the server's certificate. */
const trustsAnySigner = ({ acceptsAnyone, fingerprint }: Pick<TlsSettings, "acceptsAnyone" | "fingerprint">): boolean =>
  acceptsAnyone || fingerprint !== undefined;

/**
 * Whether TLS itself succeeded and only the certificate is wrong, which has codes of its own. Bun calls the handshake
 * failed when the certificate has another name, and then gives the first thing that is wrong with the certificate.
 */
const isAboutCertificate = (isDone: boolean, error: Error): boolean =>
  isDone || !((systemErrorCode(error) ?? "EPROTO") in constants.errno);

const checkWith =
  (tls: TlsSettings): HandshakeCheck =>
  (socket, isDone, error) => {
    if (error && !(trustsAnySigner(tls) && isAboutCertificate(isDone, error))) return error;
    const session = readSession(socket, tls, error === null || tls.fingerprint !== undefined);
    if (tls.fingerprint === undefined || session.certificate.fingerprint256 === tls.fingerprint) return session;
    return Object.assign(new Error("wrong fingerprint"), { code: "WRONG_FINGERPRINT" });
  };

/** Opens the channel when the connection is established; the socket of a connect under way exists before. */
function openWhenConnected(socket: BunSocket): void {
  const channel = socket.data;
  if (!libcAvailable || channel.fd === undefined || isConnected(channel.fd)) return channel.open();
  // Makes Bun report that there is room to write, which is the case once the connection is established.
  socket.pause();
  socket.resume();
}

function toHandlers(address: Address, settings: SocketSettings): SocketHandler<BunChannel> {
  return {
    ...channelHandlers,
    open(socket) {
      const channel = socket.data;
      channel.bind(socket);
      if (libcAvailable && address.family === "unix" && channel.fd !== undefined) {
        requestSocketBuffers(channel.fd, settings);
      }
      // TLS waits for the connection by itself, and the handshake opens the channel.
      if (!settings.tls) openWhenConnected(socket);
    },
    // The promise of Bun.connect rejects too; it is handled there.
    connectError: () => {},
  };
}

/** Always checks the certificate itself: an environment variable can weaken Bun's default. */
const toBunTls = ({ ca, cert, key, ...settings }: TlsSettings) => ({
  serverName: settings.serverName,
  rejectUnauthorized: !trustsAnySigner(settings),
  ...(ca && { ca }),
  ...(cert && { cert }),
  ...(key && { key }),
});

/** What to connect for Bun, or the code of the error that ended the connect at once. */
function endpointOf(address: Address, settings: SocketSettings): object | string {
  if (address.family === "unix") return { unix: address.address };
  if (!libcAvailable) return { hostname: address.address, port: address.port };
  // The receive buffer has to be set before connecting, and only the call itself says why it failed:
  // Bun reports every failed connect as ECONNREFUSED.
  const start = startConnect(address.address, address.port, settings);
  return start.kind === "failed" ? start.code : { fd: start.fd };
}

/** Connects with `Bun.connect`. @see Connect */
export function connectBun(address: Address, settings: SocketSettings, events: ChannelEvents): () => void {
  const { noDelay, tls } = settings;
  const channel = new BunChannel({ noDelay, checkHandshake: tls && checkWith(tls), onRefused: "abort" }, events);
  const endpoint = endpointOf(address, settings);
  if (typeof endpoint === "string") {
    queueMicrotask(() => channel.closed(endpoint));
    return () => channel.abort();
  }
  const socket = toHandlers(address, settings);
  const options = { ...endpoint, ...(tls && { tls: toBunTls(tls) }), data: channel, socket, allowHalfOpen: true };
  Bun.connect(options as Parameters<typeof Bun.connect<BunChannel>>[0]).catch((error: unknown) => {
    channel.closed(systemErrorCode(error) ?? "connect failed");
  });
  return () => channel.abort();
}

/** Bun's sockets and its event loop. */
export const createBunTransport = (nowNs: () => number): Transport => ({
  connect: connectBun,
  loop: new EventLoopClock(nowNs),
});
