import { FFIType, type Pointer, ptr } from "bun:ffi";
import { lastErrorNumber, loadLibc } from "./libc.ts";

/** Linux, x86-64 and arm64: sys/epoll.h, sys/eventfd.h. */
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLL_CLOEXEC = 0o2000000;
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;
const EBADF = 9;

/** `struct epoll_event`: u32 events; u64 data. Packed on x86-64 only (sys/epoll.h, EPOLL_PACKED). */
const EVENT = process.arch === "x64" ? { words: 3, data: 1 } : { words: 4, data: 2 };

const { i32, u32, u64 } = FFIType;
const address = FFIType.ptr;

const symbols = loadLibc({
  epoll_create1: { args: [i32], returns: i32 },
  epoll_ctl: { args: [i32, i32, i32, address], returns: i32 },
  epoll_pwait2: { args: [i32, address, i32, address, address], returns: i32 },
  pipe2: { args: [address, i32], returns: i32 },
  eventfd: { args: [u32, i32], returns: i32 },
  read: { args: [i32, address, u64], returns: i32 },
  write: { args: [i32, address, u64], returns: i32 },
  close: { args: [i32], returns: i32 },
});

function libc(): NonNullable<typeof symbols> {
  if (!symbols) throw new Error("epoll is not to be had on this platform");
  return symbols;
}

/** Whether the kernel has the call, and lets this process use it: it then complains of the descriptor only. */
function canWait(): boolean {
  if (!symbols) return false;
  symbols.epoll_pwait2(-1, ptr(new Uint32Array(new ArrayBuffer(EVENT.words * 4))), 1, null, null);
  return lastErrorNumber() === EBADF;
}

/** Whether this machine has what an epoll loop needs: Linux 5.11, and a C library of that time. */
export const epollAvailable: boolean = canWait();

/** Makes a descriptor by which another thread of the process can be woken. */
export const createWakeDescriptor = (): number => libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

/** Both ends of a pipe by which another process can be woken. */
export function createWakePipe(): { readonly waitFd: number; readonly wakeFd: number } {
  const ends = new Int32Array(new ArrayBuffer(8));
  if (libc().pipe2(ptr(ends), O_NONBLOCK | O_CLOEXEC) < 0) throw new Error("no pipe: out of file descriptors");
  return { waitFd: ends[0] as number, wakeFd: ends[1] as number };
}

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
