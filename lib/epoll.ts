import { FFIType, type Pointer, ptr, read } from "bun:ffi";
import { loadLibc } from "./libc.ts";
import { systemErrorName } from "./system-errors.ts";

/** Linux, x86-64 and arm64: sys/epoll.h, bits/socket.h, sys/eventfd.h, asm-generic/socket.h. */
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLL_CLOEXEC = 0o2000000;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const MSG_NOSIGNAL = 0x4000;
const MSG_DONTWAIT = 0x40;
const SHUT_WR = 1;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_LINGER = 13;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const EAGAIN = 11;
const EINTR = 4;
const EBADF = 9;

/** `struct epoll_event`: u32 events; u64 data. Packed on x86-64 only (sys/epoll.h, EPOLL_PACKED). */
const EVENT = process.arch === "x64" ? { words: 3, data: 1 } : { words: 4, data: 2 };

const { i32, u32, u64 } = FFIType;
const address = FFIType.ptr;

const symbols = loadLibc({
  epoll_create1: { args: [i32], returns: i32 },
  epoll_ctl: { args: [i32, i32, i32, address], returns: i32 },
  epoll_pwait2: { args: [i32, address, i32, address, address], returns: i32 },
  eventfd: { args: [u32, i32], returns: i32 },
  // Lengths stay below 2 GiB, so that what comes back fits an i32.
  recv: { args: [i32, address, u64, i32], returns: i32 },
  send: { args: [i32, address, u64, i32], returns: i32 },
  read: { args: [i32, address, u64], returns: i32 },
  write: { args: [i32, address, u64], returns: i32 },
  shutdown: { args: [i32, i32], returns: i32 },
  close: { args: [i32], returns: i32 },
  setsockopt: { args: [i32, i32, i32, address, u32], returns: i32 },
  getsockopt: { args: [i32, i32, i32, address, address], returns: i32 },
  __errno_location: { args: [], returns: address },
});

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("epoll is not to be had on this platform");
  return symbols;
}

/** The number of the last failed call's error; to be read right after the call. */
function lastErrno(): number {
  const location = libc().__errno_location();
  return location ? read.i32(location, 0) : 0;
}

/** Whether the kernel has the call, and lets this process use it: it then complains of the descriptor only. */
function canWait(): boolean {
  if (!symbols) return false;
  symbols.epoll_pwait2(-1, ptr(new Uint32Array(new ArrayBuffer(EVENT.words * 4))), 1, null, null);
  return lastErrno() === EBADF;
}

/** Whether this machine has what an epoll loop needs: Linux 5.11, and a C library of that time. */
export const epollAvailable: boolean = canWait();

/** What a call on a socket gave: bytes, or why there are none. */
export const WOULD_BLOCK = -1;
export const FAILED = -2;

/** Memory that a socket reads into or sends from; as long as this is held, its place is fixed. */
export class NativeBuffer {
  readonly bytes: Uint8Array;
  readonly #at: Pointer;

  /** @param bytes in memory of their own: that of a small typed array may move */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#at = ptr(bytes);
  }

  /** @throws RangeError when the range is not within the memory, which the kernel would not notice */
  at(offset: number, length: number): Pointer {
    if (offset < 0 || length < 0 || offset + length > this.bytes.length) throw new RangeError("out of the buffer");
    return (this.#at + offset) as Pointer;
  }
}

/** A non-blocking socket by its descriptor. */
export class NativeSocket {
  readonly fd: number;
  /** the name of the error of a call that `FAILED`, such as `ECONNRESET` */
  errorCode = "";
  #isOpen = true;

  constructor(fd: number) {
    this.fd = fd;
  }

  #outcome(result: number): number {
    if (result >= 0) return result;
    const errno = lastErrno();
    if (errno === EAGAIN || errno === EINTR) return WOULD_BLOCK;
    this.errorCode = systemErrorName(errno);
    return FAILED;
  }

  /** @returns bytes read, 0 at the peer's FIN, `WOULD_BLOCK` or `FAILED` */
  receive(into: NativeBuffer): number {
    const { length } = into.bytes;
    return this.#outcome(libc().recv(this.fd, into.at(0, length), length, MSG_DONTWAIT));
  }

  /** @returns bytes taken, `WOULD_BLOCK` or `FAILED` */
  send(from: NativeBuffer, offset: number, length: number): number {
    return this.#outcome(libc().send(this.fd, from.at(offset, length), length, MSG_DONTWAIT | MSG_NOSIGNAL));
  }

  /** Sends FIN and keeps reading. */
  shutdown(): void {
    libc().shutdown(this.fd, SHUT_WR);
  }

  /** Why a connect failed, or undefined when it has not. */
  connectError(): string | undefined {
    const value = new Int32Array(new ArrayBuffer(4));
    const length = new Uint32Array(new ArrayBuffer(4)).fill(4);
    libc().getsockopt(this.fd, SOL_SOCKET, SO_ERROR, ptr(value), ptr(length));
    return value[0] ? systemErrorName(value[0]) : undefined;
  }

  setNoDelay(isOn: boolean): void {
    const value = new Int32Array(new ArrayBuffer(4)).fill(isOn ? 1 : 0);
    libc().setsockopt(this.fd, IPPROTO_TCP, TCP_NODELAY, ptr(value), 4);
  }

  /** Drops the connection: RST to the peer where bytes are under way. */
  terminate(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // struct linger: int l_onoff, l_linger
    const linger = new Int32Array(new ArrayBuffer(8)).fill(0);
    linger[0] = 1;
    libc().setsockopt(this.fd, SOL_SOCKET, SO_LINGER, ptr(linger), 8);
    libc().close(this.fd);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    libc().close(this.fd);
  }
}

/** Makes a descriptor by which another thread of the process can be woken. */
export const createWakeDescriptor = (): number => libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

const one = new BigUint64Array(new ArrayBuffer(8)).fill(1n);

/** Wakes whoever waits for the descriptor. */
export function wake(fd: number): void {
  libc().write(fd, ptr(one), 8);
}

export const closeDescriptor = (fd: number): void => void libc().close(fd);

/** The descriptors that a loop watches, each under a number of its own. */
export class EpollSet {
  readonly #fd = libc().epoll_create1(EPOLL_CLOEXEC);
  readonly #events: Uint32Array;
  readonly #eventsAt: Pointer;
  readonly #capacity: number;
  readonly #change = new Uint32Array(new ArrayBuffer(EVENT.words * 4));
  /** `struct timespec`, LP64: i64 seconds, i64 nanoseconds, of which the lower halves come first */
  readonly #timeout = new Int32Array(new ArrayBuffer(16));
  readonly #timeoutAt = ptr(this.#timeout);
  readonly #drained = new BigUint64Array(new ArrayBuffer(8));

  /** @param capacity events that one wait gives at most */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#events = new Uint32Array(new ArrayBuffer(capacity * EVENT.words * 4));
    this.#eventsAt = ptr(this.#events);
  }

  #control(operation: number, fd: number, events: number, id: number): void {
    this.#change[0] = events;
    this.#change[EVENT.data] = id;
    libc().epoll_ctl(this.#fd, operation, fd, ptr(this.#change));
  }

  /** @param id below 2^32, by which events name the descriptor */
  add(fd: number, events: number, id: number): void {
    this.#control(EPOLL_CTL_ADD, fd, events, id);
  }

  change(fd: number, events: number, id: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, id);
  }

  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** @param forNs at most; 0 only looks, Infinity waits as long as it takes. @returns how many descriptors are ready */
  wait(forNs: number): number {
    let at: Pointer | null = null;
    if (forNs !== Number.POSITIVE_INFINITY) {
      this.#timeout[0] = Math.floor(forNs / 1e9);
      this.#timeout[2] = forNs % 1e9;
      at = this.#timeoutAt;
    }
    return Math.max(0, libc().epoll_pwait2(this.#fd, this.#eventsAt, this.#capacity, at, null));
  }

  /** The number of the `i`-th ready descriptor. */
  idAt(i: number): number {
    return this.#events[i * EVENT.words + EVENT.data] ?? 0;
  }

  /** Its events. */
  eventsAt(i: number): number {
    return this.#events[i * EVENT.words] ?? 0;
  }

  /** Takes the wake-ups from a wake descriptor. */
  drain(fd: number): void {
    libc().read(fd, ptr(this.#drained), 8);
  }

  close(): void {
    libc().close(this.#fd);
  }
}
