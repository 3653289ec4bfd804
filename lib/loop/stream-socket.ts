import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from "../posix/epoll.ts";
import type { EpollLoop, Watcher } from "./epoll-loop.ts";
import { type BatchedSocket, BATCHED_READ_BYTES } from "./syscall-batch.ts";
import { closeDescriptor } from "../posix/libc.ts";
import { dropOnClose, receive, resultError, send, sendFin, takeError, WOULD_BLOCK } from "../posix/socket.ts";

/** After so many small reads, little is expected of the next ones. */
const TERSE_AFTER = 4;

/** What a stream tells. */
export interface StreamEvents {
  /** The bytes are the receiver's for the length of the call. */
  received(bytes: Uint8Array, offset: number, length: number): void;
  /** Of what the last write took, these bytes were not sent after all. They are the receiver's for the length of the call. */
  unsent(bytes: Uint8Array, offset: number, length: number): void;
  /** The last write, which seemed taken, has met a connection that is gone. */
  refused(): void;
  /** There is room again after a write that was not taken whole. */
  writable(): void;
  /** The peer sent FIN, after all its bytes. */
  ended(): void;
  /** The last event, once: the name of the error, or undefined for an orderly end. */
  closed(code: string | undefined): void;
}

/** An established connection on a descriptor that an epoll loop watches. */
export class StreamSocket implements Watcher, BatchedSocket {
  readonly fd: number;
  readonly #loop: EpollLoop;
  readonly #events: StreamEvents;
  readonly #id: number;
  #watched: number;
  /** reads in a row that were small */
  #smallReads = TERSE_AFTER;
  #isOpen = true;
  #isPaused = false;
  #isBlocked = false;
  /** while its events are served */
  #isServed = false;
  /** whether what is written now answers a gathered read, of which the bytes stay until the turn is over */
  #mayGather = false;
  #isQueued = false;
  #hasEnded = false;
  #isShutdown = false;

  /** @param known the number by which the loop watches the descriptor already, for EPOLLOUT */
  constructor(loop: EpollLoop, fd: number, events: StreamEvents, known?: number) {
    this.#loop = loop;
    this.fd = fd;
    this.#events = events;
    this.#watched = known === undefined ? EPOLLIN : EPOLLOUT;
    this.#id = known ?? loop.watch(fd, EPOLLIN, this);
    if (known !== undefined) loop.hand(known, this);
    this.#adjust();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get terse(): BatchedSocket | undefined {
    return this.#smallReads >= TERSE_AFTER && !this.#isPaused ? this : undefined;
  }

  /** Offers bytes: those that were received just now, or others that do not change. @returns how many were taken, a prefix; negative once it is closed */
  write(bytes: Uint8Array, offset: number, length: number): number {
    if (!this.#isOpen) return -1;
    const { gathering } = this.#loop;
    if (this.#isQueued) gathering?.runSends();
    if (this.#isBlocked) return 0;
    if (this.#mayGather && gathering && length <= BATCHED_READ_BYTES) {
      gathering.send(this, bytes, offset, length);
      this.#isQueued = true;
      return length;
    }
    const sent = send(this.fd, bytes, offset, length);
    if (sent < 0 && sent !== WOULD_BLOCK) return -1;
    if (sent < length) this.#block();
    return Math.max(0, sent);
  }

  dispatched(bytes: Uint8Array, offset: number, length: number, result: number): void {
    this.#isQueued = false;
    if (result === length || !this.#isOpen) return;
    if (result < 0 && result !== WOULD_BLOCK) return this.#events.refused();
    const sent = Math.max(0, result);
    this.#block();
    this.#events.unsent(bytes, offset + sent, length - sent);
  }

  pause(): void {
    this.#isPaused = true;
    this.#adjust();
  }

  resume(): void {
    this.#isPaused = false;
    this.#adjust();
  }

  /** Sends FIN and keeps reading. */
  shutdown(): void {
    if (!this.#isOpen || this.#isShutdown) return;
    this.#isShutdown = true;
    if (this.#isQueued) this.#loop.gathering?.runSends();
    sendFin(this.fd);
    if (this.#hasEnded) this.#loop.soon(() => this.#close(undefined));
  }

  /** Closes it, with FIN. */
  end(): void {
    this.#close(undefined);
  }

  /** Drops the connection: RST to the peer. */
  terminate(): void {
    if (this.#isOpen) dropOnClose(this.fd);
    this.#close(undefined);
  }

  ready(events: number): void {
    if ((events & (EPOLLERR | EPOLLHUP)) !== 0 && this.#isPaused) return this.#close(takeError(this.fd));
    this.#isServed = true;
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) !== 0) this.#read();
    this.#serveWritable(events);
    this.#endServing();
  }

  gathered(bytes: Uint8Array, offset: number, result: number, events: number): void {
    if (!this.#isOpen) return;
    if (result === BATCHED_READ_BYTES) this.#smallReads = 0;
    this.#isServed = true;
    this.#mayGather = true;
    this.#took(bytes, offset, result);
    this.#mayGather = false;
    this.#serveWritable(events);
    this.#endServing();
  }

  #read(): void {
    const { readBytes } = this.#loop;
    const result = receive(this.fd, readBytes, 0, readBytes.length);
    this.#smallReads = result < BATCHED_READ_BYTES ? this.#smallReads + 1 : 0;
    this.#took(readBytes, 0, result);
  }

  #took(bytes: Uint8Array, offset: number, result: number): void {
    if (result > 0) return this.#events.received(bytes, offset, result);
    if (result === WOULD_BLOCK) return;
    if (result < 0) return this.#close(resultError(result));
    if (this.#hasEnded) return this.#close(undefined);
    this.#hasEnded = true;
    this.#adjust();
    this.#events.ended();
    if (this.#isShutdown) this.#close(undefined);
  }

  #serveWritable(events: number): void {
    if ((events & EPOLLOUT) === 0 || !this.#isBlocked || !this.#isOpen) return;
    this.#isBlocked = false;
    this.#events.writable();
  }

  #endServing(): void {
    this.#isServed = false;
    this.#adjust();
  }

  #block(): void {
    this.#isBlocked = true;
    this.#adjust();
  }

  /** Has the loop watch for what matters now, once for all that its events have led to. */
  #adjust(): void {
    if (!this.#isOpen || this.#isServed) return;
    const wanted = (this.#hasEnded || this.#isPaused ? 0 : EPOLLIN) | (this.#isBlocked ? EPOLLOUT : 0);
    if (wanted === this.#watched) return;
    this.#watched = wanted;
    this.#loop.change(this.fd, wanted, this.#id);
  }

  #close(code: string | undefined): void {
    if (!this.#isOpen) return;
    if (this.#isQueued) this.#loop.gathering?.runSends();
    this.#isOpen = false;
    this.#loop.unwatch(this.fd, this.#id);
    closeDescriptor(this.fd);
    this.#events.closed(code);
  }
}
