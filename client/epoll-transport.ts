import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  FAILED,
  NativeBuffer,
  NativeSocket,
  WOULD_BLOCK,
} from "../lib/epoll.ts";
import { dial, dialUnix, isConnected } from "../lib/libc.ts";
import type { Address, Channel, ChannelEvents, Connect, SocketSettings } from "./channel.ts";
import type { EpollLoop, Watcher } from "./epoll-loop.ts";

/** What one read takes at most. */
const READ_BYTES = 256 * 1024;

/** Views of so many lengths are kept, so that a read makes none. */
const KEPT_VIEWS = 256;

/** What the connections of a thread read into, one at a time. */
class ReadBuffer {
  readonly native = new NativeBuffer(new Uint8Array(new ArrayBuffer(READ_BYTES)));
  readonly #views = new Map<number, Uint8Array>();

  /** The first bytes. */
  view(length: number): Uint8Array {
    const kept = this.#views.get(length);
    if (kept) return kept;
    if (this.#views.size >= KEPT_VIEWS) this.#views.clear();
    const view = this.native.bytes.subarray(0, length);
    this.#views.set(length, view);
    return view;
  }
}

/** What the connections of a thread share. */
class Shared {
  readonly loop: EpollLoop;
  readonly reads = new ReadBuffer();
  readonly #sources = new WeakMap<Uint8Array, NativeBuffer>();
  #last: NativeBuffer | undefined;

  constructor(loop: EpollLoop) {
    this.loop = loop;
  }

  /** The place of bytes that are sent; nearly always the same ones. */
  source(bytes: Uint8Array): NativeBuffer {
    if (this.#last?.bytes === bytes) return this.#last;
    const native = this.#sources.get(bytes) ?? new NativeBuffer(bytes);
    this.#sources.set(bytes, native);
    this.#last = native;
    return native;
  }
}

/** A connection on a descriptor of our own. */
class EpollChannel implements Channel, Watcher {
  readonly session = undefined;
  readonly #shared: Shared;
  readonly #socket: NativeSocket;
  readonly #events: ChannelEvents;
  readonly #settings: SocketSettings;
  readonly #id: number;
  #watched: number;
  #stage: "connecting" | "open" | "closed" = "connecting";
  #isBlocked = false;
  #hasEnded = false;
  #isShutdown = false;

  constructor(shared: Shared, fd: number, settings: SocketSettings, events: ChannelEvents) {
    this.#shared = shared;
    this.#socket = new NativeSocket(fd);
    this.#settings = settings;
    this.#events = events;
    this.#watched = EPOLLOUT;
    this.#id = shared.loop.watch(fd, EPOLLOUT, this);
  }

  get fd(): number | undefined {
    return this.#stage === "closed" ? undefined : this.#socket.fd;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    if (this.#stage !== "open") return -1;
    const sent = this.#socket.send(this.#shared.source(bytes), offset, length);
    if (sent === FAILED) return -1;
    this.#isBlocked = sent < length;
    if (this.#isBlocked) this.#adjust();
    return Math.max(0, sent);
  }

  shutdown(): void {
    if (this.#stage !== "open" || this.#isShutdown) return;
    this.#isShutdown = true;
    this.#socket.shutdown();
    if (this.#hasEnded) this.#shared.loop.soon(() => this.#close(undefined));
  }

  close(): void {
    if (this.#stage === "closed") return;
    const isOpen = this.#stage === "open";
    this.#release();
    // A connection that the server may have taken already, and we not yet, is no broken one.
    if (isOpen) this.#socket.terminate();
    else this.#socket.close();
    this.#events.closed(undefined);
  }

  ready(events: number): void {
    if (this.#stage === "connecting") return this.#connected();
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) !== 0) this.#read();
    if ((events & EPOLLOUT) !== 0 && this.#isBlocked && this.#stage === "open") {
      this.#isBlocked = false;
      this.#adjust();
      this.#events.writable();
    }
  }

  #connected(): void {
    const code = this.#socket.connectError();
    if (code !== undefined) return this.#close(code);
    this.#stage = "open";
    this.#adjust();
    if (!this.#settings.noDelay) return this.#events.opened(this);
    this.#socket.setNoDelay(true);
    this.#events.opened(this);
  }

  #read(): void {
    const { reads } = this.#shared;
    const received = this.#socket.receive(reads.native);
    if (received > 0) return this.#events.received(reads.view(received));
    if (received === WOULD_BLOCK) return;
    if (received === FAILED) return this.#close(this.#socket.errorCode);
    if (this.#hasEnded) return this.#close(undefined);
    this.#hasEnded = true;
    this.#adjust();
    this.#events.ended();
    if (this.#isShutdown) this.#close(undefined);
  }

  /** Has the loop watch for what matters now. */
  #adjust(): void {
    if (this.#stage !== "open") return;
    const wanted = (this.#hasEnded ? 0 : EPOLLIN) | (this.#isBlocked ? EPOLLOUT : 0);
    if (wanted === this.#watched) return;
    this.#watched = wanted;
    this.#shared.loop.change(this.#socket.fd, wanted, this.#id);
  }

  #release(): void {
    this.#stage = "closed";
    this.#shared.loop.unwatch(this.#socket.fd, this.#id);
  }

  #close(code: string | undefined): void {
    if (this.#stage === "closed") return;
    this.#release();
    this.#socket.close();
    this.#events.closed(code);
  }
}

/** Connects on descriptors that a loop of our own watches. @see Connect */
export function epollConnect(loop: EpollLoop): Connect {
  const shared = new Shared(loop);
  return (address: Address, settings: SocketSettings, events: ChannelEvents) => {
    const dialled =
      address.family === "unix" ? dialUnix(address.address, settings) : dial(address.address, address.port, settings);
    if (dialled.kind === "failed") {
      loop.soon(() => events.closed(dialled.code));
      return () => {};
    }
    const channel = new EpollChannel(shared, dialled.fd, settings, events);
    // On this machine it stands at once, and should not wait for its turn behind others that are dialled.
    if (isConnected(dialled.fd)) channel.ready(EPOLLOUT);
    return () => channel.close();
  };
}
