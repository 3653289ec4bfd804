import type { Socket, SocketHandler } from "bun";
import { systemErrorCode } from "../errors.ts";
import { type Channel, type ChannelEvents, noEvents, tlsCode, type TlsSession } from "./channel.ts";

/** A socket of Bun that belongs to a channel. */
export type BunSocket = Socket<BunChannel>;

/**
 * Decides whether a finished TLS handshake is good enough.
 * @param isDone as Bun reports it: true also when only the peer's certificate is wrong
 * @param error what is wrong with the peer's certificate, or with the handshake
 * @returns why it is refused, or the session, which a server does not need
 */
export type HandshakeCheck = (
  socket: BunSocket,
  isDone: boolean,
  error: Error | null,
) => Error | TlsSession | undefined;

/** How a channel treats its socket. */
export interface BunChannelSettings {
  readonly noDelay: boolean;
  /** undefined without TLS */
  readonly checkHandshake: HandshakeCheck | undefined;
  /** How a refused handshake ends the connection: a server closes it, so that the client reads why; a client aborts. */
  readonly onRefused: "close" | "abort";
}

/** A connection on a socket of Bun, TLS included. */
export class BunChannel implements Channel {
  readonly #settings: BunChannelSettings;
  #events: ChannelEvents;
  #socket: BunSocket | undefined;
  #isOpen = false;
  #isAborted = false;
  #isPaused = false;
  #hasEnded = false;
  /** whether our FIN is sent, and the peer's FIN is still to come */
  #awaitsFin = false;
  /** why the connection breaks, which Bun does not repeat when it closes the socket */
  #failure: string | undefined;

  constructor(settings: BunChannelSettings, events: ChannelEvents = noEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /** Takes the socket, whose connection may still be under way. */
  bind(socket: BunSocket): void {
    this.#socket = socket;
    if (this.#isAborted) socket.terminate();
  }

  /** Reports to another owner from now on. */
  attach(events: ChannelEvents): void {
    this.#events = events;
  }

  /** Bun has a socket's descriptor at run time but not in its types. */
  get fd(): number | undefined {
    const socket = this.#socket;
    return socket && "fd" in socket && typeof socket.fd === "number" && socket.fd >= 0 ? socket.fd : undefined;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    const taken = this.#socket?.write(bytes, offset, length) ?? 0;
    if (taken > 0) this.#events.sent(taken);
    if (taken >= 0) return taken;
    this.#failure ??= "ECONNRESET";
    if (this.#isPaused) this.#abortSoon();
    return 0;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket?.pause();
    if (this.#failure !== undefined) this.#abortSoon();
  }

  /** Bun never reports that a paused socket broke. */
  #abortSoon(): void {
    queueMicrotask(() => this.abort());
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket?.resume();
  }

  shutdown(): void {
    this.#awaitsFin = this.#isOpen && !this.#hasEnded;
    this.#socket?.shutdown();
  }

  close(): void {
    this.#awaitsFin = false;
    this.#socket?.end();
  }

  abort(): void {
    this.#isAborted = true;
    this.#awaitsFin = false;
    this.#socket?.terminate();
  }

  /** The connection is established, TLS included. */
  open(session?: TlsSession): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (!this.#settings.noDelay) this.#socket?.setNoDelay(false);
    this.#events.opened(this, session);
  }

  handshakeDone(socket: BunSocket, isDone: boolean, error: Error | null): void {
    const outcome = this.#settings.checkHandshake?.(socket, isDone, error);
    if (!(outcome instanceof Error)) return this.open(outcome);
    this.tlsFailed(outcome);
    if (this.#settings.onRefused === "close") socket.end();
    else socket.terminate();
  }

  /** TLS ends the connection. Bun closes the socket afterwards, without a reason. */
  tlsFailed(error: Error): void {
    this.#failure ??= tlsCode(error);
  }

  received(chunk: Uint8Array): void {
    if (!this.#isOpen) this.open();
    this.#events.received(chunk, 0, chunk.length);
  }

  drained(): void {
    if (this.#isOpen) this.#events.drained();
    else if (!this.#settings.checkHandshake) this.open();
  }

  ended(): void {
    // Bun reports a connection that TLS or a reset broke as ended in good order.
    if (this.#failure !== undefined) return this.abort();
    if (!this.#isOpen && this.#settings.checkHandshake) return this.close();
    this.open();
    this.#hasEnded = true;
    this.#events.ended();
  }

  closed(code: string | undefined): void {
    const events = this.#events;
    this.#socket = undefined;
    this.#events = noEvents;
    // After our FIN, Bun reports the peer's FIN only as the close.
    if (this.#awaitsFin && code === undefined && this.#failure === undefined) events.ended();
    events.closed(this.#failure ?? code);
  }
}

/** The events of a socket, for `Bun.connect` and `Bun.listen`. */
export const channelHandlers = {
  data: (socket, chunk) => socket.data.received(chunk),
  drain: (socket) => socket.data.drained(),
  handshake: (socket, isDone, error) => socket.data.handshakeDone(socket, isDone, error),
  error: (socket, error) => socket.data.tlsFailed(error),
  end: (socket) => socket.data.ended(),
  close: (socket, error) => socket.data.closed(error && (systemErrorCode(error) ?? error.message)),
} satisfies SocketHandler<BunChannel>;
