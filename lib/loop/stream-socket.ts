import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from "../posix/epoll.ts";
import { closeDescriptor } from "../posix/libc.ts";
import { pinnedBytes } from "../posix/memory.ts";
import {
  dropOnClose,
  receive,
  requestBusyPoll,
  resultError,
  send,
  sendFin,
  takeError,
  WOULD_BLOCK,
} from "../posix/socket.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import type { EpollLoop, Watcher } from "./epoll-loop.ts";
import { BATCHED_READ_BYTES, type BatchedSocket } from "./syscall-batch.ts";

/** The longest time for which the kernel is asked to poll a device. */
const LONGEST_BUSY_POLL_NS = 1e6;

/** After this many small reads in a row, the next reads may join a batch. */
const BATCH_AFTER_SMALL_READS = 4;

/** Bytes of a batched send that the socket did not take. They go out before anything else. */
interface Tail {
  readonly bytes: Uint8Array;
  sent: number;
}

/** Sending after the peer is gone fails with EPIPE or ECONNRESET, depending on what the kernel noticed first. */
const sendError = (result: number): string => {
  const code = resultError(result);
  return code === "EPIPE" ? "ECONNRESET" : code;
};

/** An established connection on a descriptor that an epoll loop watches. */
export class StreamSocket implements Channel, Watcher, BatchedSocket {
  readonly descriptor: number;
  readonly #loop: EpollLoop;
  readonly #id: number;
  #events: ChannelEvents;
  #watchedEvents: number;
  #smallReads = BATCH_AFTER_SMALL_READS;
  #isOpen = true;
  #isPaused = false;
  /** The socket is full, or broken. */
  #isBlocked = false;
  /** Its epoll events are being handled: what to watch is decided once, afterwards. */
  #isServed = false;
  /** A batched read is being delivered: its bytes stay until the turn is over, so a send of them can be batched too. */
  #mayBatchSend = false;
  #isSendQueued = false;
  #tail: Tail | undefined;
  #hasEnded = false;
  #shutdown: "none" | "afterTail" | "sent" = "none";
  /** why a send failed; reading goes on until the peer's last byte, then this is the reason of the close */
  #failure: string | undefined;

  /** @param watchedId the number under which the loop watches the descriptor already, for EPOLLOUT */
  constructor(loop: EpollLoop, fd: number, events: ChannelEvents, watchedId?: number) {
    this.#loop = loop;
    this.descriptor = fd;
    if (loop.busyPollNs > 0) requestBusyPoll(fd, Math.min(loop.busyPollNs, LONGEST_BUSY_POLL_NS) / 1e3);
    this.#events = events;
    this.#watchedEvents = watchedId === undefined ? EPOLLIN : EPOLLOUT;
    this.#id = watchedId ?? loop.watch(fd, EPOLLIN, this);
    if (watchedId !== undefined) loop.replaceWatcher(watchedId, this);
    this.#updateWatch();
  }

  /** Reports to another owner from now on. */
  attach(events: ChannelEvents): void {
    this.#events = events;
  }

  get fd(): number | undefined {
    return this.#isOpen ? this.descriptor : undefined;
  }

  get batchedReader(): BatchedSocket | undefined {
    return this.#smallReads >= BATCH_AFTER_SMALL_READS && !this.#isPaused ? this : undefined;
  }

  write(bytes: Uint8Array, offset: number, length: number): number {
    const { batch } = this.#loop;
    if (this.#isSendQueued) batch?.runSends();
    if (this.#isBlocked || !this.#isOpen) return 0;
    if (this.#mayBatchSend && batch && length <= BATCHED_READ_BYTES) {
      batch.send(this, bytes, offset, length);
      this.#isSendQueued = true;
      return length;
    }
    return this.#send(bytes, offset, length);
  }

  /** @returns bytes that the kernel took */
  #send(bytes: Uint8Array, offset: number, length: number): number {
    return this.#account(send(this.descriptor, bytes, offset, length), length);
  }

  /** @param result of sending `length` bytes @returns bytes that the kernel took */
  #account(result: number, length: number): number {
    if (result < 0 && result !== WOULD_BLOCK) {
      this.#fail(sendError(result));
      return 0;
    }
    const taken = Math.max(0, result);
    if (taken < length) this.#block();
    if (taken > 0) this.#events.sent(taken);
    return taken;
  }

  #fail(code: string): void {
    this.#failure ??= code;
    this.#isBlocked = true;
    // After a reset epoll reports a hang-up, and what the peer sent before it can still be read.
    if (code !== "ECONNRESET") this.#loop.soon(() => this.#close(undefined));
  }

  sendCompleted(bytes: Uint8Array, offset: number, length: number, result: number): void {
    this.#isSendQueued = false;
    if (!this.#isOpen) return;
    const taken = this.#account(result, length);
    if (taken === length || this.#failure !== undefined) return;
    const rest = pinnedBytes(length - taken);
    rest.set(bytes.subarray(offset + taken, offset + length));
    this.#tail = { bytes: rest, sent: 0 };
  }

  pause(): void {
    this.#isPaused = true;
    this.#updateWatch();
  }

  resume(): void {
    this.#isPaused = false;
    this.#updateWatch();
  }

  shutdown(): void {
    if (!this.#isOpen || this.#shutdown !== "none") return;
    if (this.#isSendQueued) this.#loop.batch?.runSends();
    this.#shutdown = "afterTail";
    if (!this.#tail) this.#sendFin();
  }

  #sendFin(): void {
    this.#shutdown = "sent";
    sendFin(this.descriptor);
    if (this.#hasEnded) this.#loop.soon(() => this.#close(undefined));
  }

  close(): void {
    this.#close(undefined);
  }

  abort(): void {
    if (this.#isOpen) dropOnClose(this.descriptor);
    this.#close(undefined);
  }

  ready(events: number): void {
    if ((events & (EPOLLERR | EPOLLHUP)) !== 0 && this.#isPaused) return this.#close(takeError(this.descriptor));
    this.#isServed = true;
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) !== 0) this.#read();
    this.#serveWritable(events);
    this.#endServing();
  }

  readCompleted(bytes: Uint8Array, offset: number, result: number, events: number): void {
    if (!this.#isOpen) return;
    if (result === BATCHED_READ_BYTES) this.#smallReads = 0;
    this.#isServed = true;
    this.#mayBatchSend = true;
    this.#deliver(bytes, offset, result);
    this.#mayBatchSend = false;
    this.#serveWritable(events);
    this.#endServing();
  }

  #read(): void {
    const { readBytes } = this.#loop;
    const result = receive(this.descriptor, readBytes, 0, readBytes.length);
    this.#smallReads = result < BATCHED_READ_BYTES ? this.#smallReads + 1 : 0;
    this.#deliver(readBytes, 0, result);
  }

  /** @param result of a read: bytes, 0 at the peer's FIN, or an error number below 0 */
  #deliver(bytes: Uint8Array, offset: number, result: number): void {
    if (result > 0) return this.#events.received(bytes, offset, result);
    if (result === WOULD_BLOCK) return;
    if (result < 0) return this.#close(resultError(result));
    if (this.#hasEnded || this.#failure !== undefined) return this.#close(undefined);
    this.#hasEnded = true;
    this.#events.ended();
    if (this.#shutdown === "sent") this.#close(undefined);
  }

  #serveWritable(events: number): void {
    if ((events & EPOLLOUT) === 0 || !this.#isBlocked || !this.#isOpen) return;
    this.#isBlocked = false;
    if (this.#tail) this.#sendTail(this.#tail);
    if (this.#isBlocked) return;
    this.#events.drained();
  }

  #sendTail(tail: Tail): void {
    tail.sent += this.#send(tail.bytes, tail.sent, tail.bytes.length - tail.sent);
    if (tail.sent < tail.bytes.length) return;
    this.#tail = undefined;
    if (this.#shutdown === "afterTail") this.#sendFin();
  }

  #endServing(): void {
    this.#isServed = false;
    this.#updateWatch();
  }

  #block(): void {
    this.#isBlocked = true;
    this.#updateWatch();
  }

  /** Watches for what matters now. While events are handled this waits until they are, so the kernel is told once. */
  #updateWatch(): void {
    if (!this.#isOpen || this.#isServed) return;
    const wanted = (this.#hasEnded || this.#isPaused ? 0 : EPOLLIN) | (this.#isBlocked ? EPOLLOUT : 0);
    if (wanted === this.#watchedEvents) return;
    this.#watchedEvents = wanted;
    this.#loop.change(this.descriptor, wanted, this.#id);
  }

  #close(code: string | undefined): void {
    if (!this.#isOpen) return;
    if (this.#isSendQueued) this.#loop.batch?.runSends();
    this.#isOpen = false;
    this.#loop.unwatch(this.descriptor, this.#id);
    closeDescriptor(this.descriptor);
    this.#events.closed(this.#failure ?? code);
  }
}
