import { lookup } from "node:dns/promises";
import { unlinkSync } from "node:fs";
import { formatEndpoint } from "../../lib/address.ts";
import { EPOLLIN } from "../../lib/posix/epoll.ts";
import type { EpollLoop, Watcher } from "../../lib/loop/epoll-loop.ts";
import { requestSocketBuffers, socketBuffers } from "../../lib/posix/libc.ts";
import { type Accepted, SocketListener } from "../../lib/posix/listener.ts";
import { setKeepAlive, setNoDelay } from "../../lib/posix/socket.ts";
import { type StreamEvents, StreamSocket } from "../../lib/loop/stream-socket.ts";
import { BufferPool } from "./buffer-pool.ts";
import type { Peer } from "../echo/peer.ts";
import { removeStaleSocket } from "./stale-socket.ts";
import type { Listener, ListenSettings, PeerHandler, PeerSocket, Transport } from "./transport.ts";

/** Connections accepted before others are served again. */
const ACCEPT_AT_ONCE = 64;

/** How long accepting waits when the system has no descriptors left; a connection that closes ends the wait. */
const OUT_OF_DESCRIPTORS_MS = 100;

/** Errors of `accept` that concern one connection, which is gone. */
const passing = new Set(["ECONNABORTED", "EPROTO", "EPERM", "EINTR", "ENETDOWN", "EHOSTDOWN", "ENETUNREACH"]);

/** A connection that came in on a descriptor of our own. */
class EpollPeerSocket implements PeerSocket, StreamEvents {
  data: Peer | undefined;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #stream: StreamSocket;
  readonly #handler: PeerHandler;
  readonly #onClosed: () => void;

  constructor(loop: EpollLoop, { fd, host, port }: Accepted, handler: PeerHandler, onClosed: () => void) {
    this.remoteAddress = host ?? "";
    this.remotePort = port;
    this.#handler = handler;
    this.#onClosed = onClosed;
    this.#stream = new StreamSocket(loop, fd, this);
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    return this.#stream.write(bytes, offset, length);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  shutdown(): void {
    this.#stream.shutdown();
  }

  end(): void {
    this.#stream.end();
  }

  terminate(): void {
    this.#stream.terminate();
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    this.#handler.data(this, bytes, offset, length);
  }

  unsent(bytes: Uint8Array, offset: number, length: number): void {
    this.#handler.unsent(this, bytes, offset, length);
  }

  refused(): void {
    this.#handler.refused(this);
  }

  writable(): void {
    this.#handler.drain(this);
  }

  ended(): void {
    this.#handler.end(this);
  }

  closed(code: string | undefined): void {
    this.#handler.close(this, code === undefined ? undefined : Object.assign(new Error(code), { code }));
    this.#onClosed();
  }
}

/** Accepts connections for as long as there are descriptors for them. */
class Acceptor implements Watcher {
  readonly #loop: EpollLoop;
  readonly #listener: SocketListener;
  readonly #handler: PeerHandler;
  readonly #id: number;
  #isOpen = true;
  #cancelWait: (() => void) | undefined;

  constructor(loop: EpollLoop, listener: SocketListener, handler: PeerHandler) {
    this.#loop = loop;
    this.#listener = listener;
    this.#handler = handler;
    this.#id = loop.watch(listener.fd, EPOLLIN, this);
  }

  ready(): void {
    for (let i = 0; i < ACCEPT_AT_ONCE && this.#isOpen; i++) {
      const accepted = this.#listener.accept();
      if (typeof accepted === "object") this.#welcome(accepted);
      else if (accepted === "EAGAIN") return;
      else if (!passing.has(accepted)) return this.#wait();
    }
  }

  #welcome(accepted: Accepted): void {
    this.#handler.open(new EpollPeerSocket(this.#loop, accepted, this.#handler, () => this.#resume()));
  }

  /** Those who wait to be accepted are told of again and again: until there are descriptors, nobody listens. */
  #wait(): void {
    this.#loop.change(this.#listener.fd, 0, this.#id);
    this.#cancelWait = this.#loop.after(OUT_OF_DESCRIPTORS_MS, () => this.#resume());
  }

  #resume(): void {
    if (!this.#cancelWait) return;
    this.#cancelWait();
    this.#cancelWait = undefined;
    this.#loop.change(this.#listener.fd, EPOLLIN, this.#id);
  }

  stop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#loop.unwatch(this.#listener.fd, this.#id);
    this.#listener.close();
  }
}

async function bind(settings: ListenSettings): Promise<{ endpoint: string; listener: SocketListener }> {
  const { target, backlog, buffers, noDelay, keepaliveMs, sharesPort } = settings;
  const prepare = (fd: number): void => {
    requestSocketBuffers(fd, buffers);
    if (target.kind === "unix") return;
    setNoDelay(fd, noDelay);
    if (keepaliveMs > 0) setKeepAlive(fd, keepaliveMs);
  };
  if (target.kind === "unix") {
    await removeStaleSocket(target.path);
    return { endpoint: target.path, listener: SocketListener.unix(target.path, backlog, prepare) };
  }
  const { address } = await lookup(target.host);
  const listener = SocketListener.tcp(address, target.port, backlog, sharesPort, prepare);
  return { endpoint: formatEndpoint(address, listener.port), listener };
}

/** Sockets on descriptors of our own, and the epoll loop that serves them; without TLS. */
export const createEpollTransport = (loop: EpollLoop): Transport => ({
  timers: loop,
  store: new BufferPool(),
  async listen(settings, handler): Promise<Listener> {
    const { endpoint, listener } = await bind(settings);
    const acceptor = new Acceptor(loop, listener, handler);
    const stop = (): void => {
      acceptor.stop();
      if (settings.target.kind === "unix") unlinkSync(settings.target.path);
    };
    return { endpoint, granted: socketBuffers(listener.fd), fd: listener.fd, stop };
  },
});
