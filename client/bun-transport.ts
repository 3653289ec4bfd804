import type { Socket, SocketHandler } from "bun";
import { systemErrorCode } from "../lib/errors.ts";
import { dial, isConnected, libcAvailable, requestSocketBuffers } from "../lib/libc.ts";
import type { Address, Channel, ChannelEvents, SocketSettings } from "./channel.ts";

type ClientSocket = Socket<BunChannel>;

/** A connection on `Bun.connect`. */
class BunChannel implements Channel {
  readonly #events: ChannelEvents;
  readonly #settings: SocketSettings;
  readonly #isUnix: boolean;
  #socket: ClientSocket | undefined;
  #isOpen = false;
  #isGivenUp = false;

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

  received(chunk: Uint8Array): void {
    this.becomeOpen();
    this.#events.received(chunk);
  }

  writable(): void {
    if (!this.#isOpen) this.becomeOpen();
    else this.#events.writable();
  }

  ended(): void {
    this.becomeOpen();
    this.#events.ended();
  }

  closed(code: string | undefined): void {
    this.#socket = undefined;
    this.#events.closed(code);
  }
}

const handlers: SocketHandler<BunChannel> = {
  open: (socket) => socket.data.adopt(socket),
  data: (socket, chunk) => socket.data.received(chunk),
  drain: (socket) => socket.data.writable(),
  end: (socket) => socket.data.ended(),
  close: (socket, error) => socket.data.closed(error && (systemErrorCode(error) ?? error.message)),
  // The promise of Bun.connect rejects too; it is handled there.
  connectError: () => {},
};

function endpointOf(address: Address, settings: SocketSettings): object | string {
  if (address.family === "unix") return { unix: address.address };
  if (!libcAvailable) return { hostname: address.address, port: address.port };
  // The receive buffer has to be set before connecting, and only the call itself tells why it failed:
  // Bun reports every failed connect as ECONNREFUSED.
  const dialled = dial(address.address, address.port, settings);
  return dialled.kind === "failed" ? dialled.code : { fd: dialled.fd };
}

/** Connects with `Bun.connect`. @see Connect */
export function connectBun(address: Address, settings: SocketSettings, events: ChannelEvents): () => void {
  const channel = new BunChannel(events, settings, address.family === "unix");
  const endpoint = endpointOf(address, settings);
  if (typeof endpoint === "string") {
    queueMicrotask(() => channel.closed(endpoint));
    return () => channel.close();
  }
  const options = { ...endpoint, data: channel, socket: handlers, allowHalfOpen: true };
  Bun.connect(options as Parameters<typeof Bun.connect<BunChannel>>[0]).catch((error: unknown) => {
    channel.closed(systemErrorCode(error) ?? "connect failed");
  });
  return () => channel.close();
}
