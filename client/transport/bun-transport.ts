import type { Socket, SocketHandler } from "bun";
import { systemErrorCode } from "../../lib/errors.ts";
import { startConnect } from "../../lib/posix/connect.ts";
import { isConnected, libcAvailable, requestSocketBuffers } from "../../lib/posix/libc.ts";
import type { Address, Channel, ChannelEvents, SocketSettings, TlsSession, TlsSettings } from "./channel.ts";
import { tlsCode } from "../failure/tls-failure.ts";
import { readSession } from "./tls-session.ts";

type ClientSocket = Socket<BunChannel>;

/** Whether it does not matter who signed the server's certificate. */
const goesWithoutAuthority = ({ acceptsAnyone, fingerprint }: Pick<TlsSettings, "acceptsAnyone" | "fingerprint">) =>
  acceptsAnyone || fingerprint !== undefined;

/** A connection on `Bun.connect`. */
class BunChannel implements Channel {
  readonly #events: ChannelEvents;
  readonly #settings: SocketSettings;
  readonly #isUnix: boolean;
  #socket: ClientSocket | undefined;
  #isOpen = false;
  #isGivenUp = false;
  #tlsFailure: string | undefined;
  session: TlsSession | undefined;

  constructor(events: ChannelEvents, settings: SocketSettings, isUnix: boolean) {
    this.#events = events;
    this.#settings = settings;
    this.#isUnix = isUnix;
  }

  /** Bun has a socket's descriptor at run time but not in its types. */
  get fd(): number | undefined {
    const socket = this.#socket;
    return socket && "fd" in socket && typeof socket.fd === "number" && socket.fd >= 0 ? socket.fd : undefined;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    return this.#socket?.write(bytes, offset, length) ?? -1;
  }

  shutdown(): void {
    this.#socket?.shutdown();
  }

  close(): void {
    this.#isGivenUp = true;
    this.#socket?.terminate();
  }

  /** The socket exists; a dialled one may still be connecting. */
  adopt(socket: ClientSocket): void {
    this.#socket = socket;
    if (this.#isGivenUp) return void socket.terminate();
    if (libcAvailable && this.#isUnix && this.fd !== undefined) requestSocketBuffers(this.fd, this.#settings);
    // TLS waits for the connection by itself, and the handshake tells when it stands.
    if (this.#settings.tls) return;
    if (!libcAvailable || this.fd === undefined || isConnected(this.fd)) return this.becomeOpen();
    // Asks to be told when there is room to write, which is when the connection stands.
    socket.pause();
    socket.resume();
  }

  /** The first sign of life means that the connection stands. */
  becomeOpen(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (!this.#settings.noDelay) this.#socket?.setNoDelay(false);
    this.#events.opened(this);
  }

  /** The TLS handshake is over. @param error what is wrong with the server's certificate, or with the handshake */
  shookHands(isDone: boolean, error: Error | null): void {
    const { tls } = this.#settings;
    if (!tls || !this.#socket) return;
    if (error && !(isDone && goesWithoutAuthority(tls))) return this.refuse(error);
    const session = readSession(this.#socket, tls, error === null || tls.fingerprint !== undefined);
    if (tls.fingerprint !== undefined && session.certificate.fingerprint256 !== tls.fingerprint) {
      return this.refuse(Object.assign(new Error("wrong fingerprint"), { code: "WRONG_FINGERPRINT" }));
    }
    this.session = session;
    this.becomeOpen();
  }

  /** The server is not to be trusted. */
  refuse(error: Error): void {
    this.failedTls(error);
    this.#socket?.terminate();
  }

  /** TLS ends the connection; `closed` follows without a reason of its own. */
  failedTls(error: Error): void {
    this.#tlsFailure ??= tlsCode(error);
  }

  received(chunk: Uint8Array): void {
    this.becomeOpen();
    this.#events.received(chunk, 0, chunk.length);
  }

  writable(): void {
    if (this.#isOpen) this.#events.writable();
    else if (!this.#settings.tls) this.becomeOpen();
  }

  ended(): void {
    // What TLS has refused comes as an orderly end too.
    if (this.#tlsFailure) return this.closed(undefined);
    this.becomeOpen();
    this.#events.ended();
  }

  closed(code: string | undefined): void {
    this.#socket = undefined;
    this.#events.closed(this.#tlsFailure ?? code);
  }
}

const handlers: SocketHandler<BunChannel> = {
  open: (socket) => socket.data.adopt(socket),
  data: (socket, chunk) => socket.data.received(chunk),
  drain: (socket) => socket.data.writable(),
  handshake: (socket, isDone, error) => socket.data.shookHands(isDone, error),
  error: (socket, error) => socket.data.failedTls(error),
  end: (socket) => socket.data.ended(),
  close: (socket, error) => socket.data.closed(error && (systemErrorCode(error) ?? error.message)),
  // The promise of Bun.connect rejects too; it is handled there.
  connectError: () => {},
};

/** Always checks the certificate itself: an environment variable can weaken what is only implied. */
const toBunTls = ({ ca, cert, key, ...settings }: TlsSettings) => ({
  serverName: settings.serverName,
  rejectUnauthorized: !goesWithoutAuthority(settings),
  ...(ca && { ca }),
  ...(cert && { cert }),
  ...(key && { key }),
});

function endpointOf(address: Address, settings: SocketSettings): object | string {
  if (address.family === "unix") return { unix: address.address };
  if (!libcAvailable) return { hostname: address.address, port: address.port };
  // The receive buffer has to be set before connecting, and only the call itself tells why it failed:
  // Bun reports every failed connect as ECONNREFUSED.
  const start = startConnect(address.address, address.port, settings);
  return start.kind === "failed" ? start.code : { fd: start.fd };
}

/** Connects with `Bun.connect`. @see Connect */
export function connectBun(address: Address, settings: SocketSettings, events: ChannelEvents): () => void {
  const channel = new BunChannel(events, settings, address.family === "unix");
  const endpoint = endpointOf(address, settings);
  if (typeof endpoint === "string") {
    queueMicrotask(() => channel.closed(endpoint));
    return () => channel.close();
  }
  const tls = settings.tls && toBunTls(settings.tls);
  const options = { ...endpoint, ...(tls && { tls }), data: channel, socket: handlers, allowHalfOpen: true };
  Bun.connect(options as Parameters<typeof Bun.connect<BunChannel>>[0]).catch((error: unknown) => {
    channel.closed(systemErrorCode(error) ?? "connect failed");
  });
  return () => channel.close();
}
