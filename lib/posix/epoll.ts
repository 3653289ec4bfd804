import { type Pointer, ptr } from "bun:ffi";
import {
  EBADF,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  O_CLOEXEC,
  O_NONBLOCK,
  SYS_EPOLL_PWAIT2,
} from "./constants.ts";
import { closeDescriptor, lastErrorNumber, libc, libcAvailable, lastErrorName } from "./libc.ts";

export { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from "./constants.ts";

/** `struct epoll_event`: u32 events; u64 data. Packed on x86-64 only (sys/epoll.h, EPOLL_PACKED). */
const EVENT = process.arch === "x64" ? { words: 3, data: 1 } : { words: 4, data: 2 };

/** Like epoll_wait(2), whose timeout is in whole milliseconds, but with a `struct timespec`; null waits without a limit. */
const epollPwait2 = (fd: number, events: Pointer, capacity: number, timeout: Pointer | null): number =>
  libc().syscall(SYS_EPOLL_PWAIT2, fd, events, capacity, timeout, null);

/** Whether the kernel has epoll_pwait2 and permits it to this process: then it objects to the descriptor only. */
function canWait(): boolean {
  if (!libcAvailable) return false;
  const event = new Uint32Array(new ArrayBuffer(EVENT.words * 4));
  return epollPwait2(-1, ptr(event), 1, null) < 0 && lastErrorNumber() === EBADF;
}

/** Whether this machine has what an epoll loop needs: Linux 5.11, and a C library that can be called. */
export const epollAvailable: boolean = canWait();

/** Makes a descriptor by which another thread of the process can wake a loop. @throws Error when there is none left */
export function createWakeDescriptor(): number {
  const fd = libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) throw new Error(`no descriptor to wake a thread with: ${lastErrorName()}`);
  return fd;
}

/** Makes a pipe by which another process can wake a loop. */
export function createWakePipe(): { readonly waitFd: number; readonly wakeFd: number } {
  const ends = new Int32Array(new ArrayBuffer(8));
  if (libc().pipe2(ptr(ends), O_NONBLOCK | O_CLOEXEC) < 0) throw new Error("no pipe: out of file descriptors");
  return { waitFd: ends[0] as number, wakeFd: ends[1] as number };
}

const one = new BigUint64Array(new ArrayBuffer(8)).fill(1n);

/** Wakes the loop that watches the descriptor, or the other end of its pipe. */
export function wake(fd: number): void {
  libc().write(fd, ptr(one), 8);
}

/** The descriptors that a loop watches, each under an id. */
export class EpollSet {
  readonly #fd = libc().epoll_create1(EPOLL_CLOEXEC);
  readonly #events: Uint32Array;
  readonly #eventsAt: Pointer;
  readonly #capacity: number;
  readonly #change = new Uint32Array(new ArrayBuffer(EVENT.words * 4));
  /** `struct timespec`, LP64: i64 seconds, i64 nanoseconds, little-endian */
  readonly #timeout = new Int32Array(new ArrayBuffer(16));
  readonly #timeoutAt = ptr(this.#timeout);
  readonly #drained = new BigUint64Array(new ArrayBuffer(8));

  /** @param capacity events that one wait returns at most */
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

  /** @param forNs at most; 0 only looks, Infinity waits without a limit. @returns how many descriptors are ready */
  wait(forNs: number): number {
    let timeoutAt: Pointer | null = null;
    if (forNs !== Number.POSITIVE_INFINITY) {
      this.#timeout[0] = Math.floor(forNs / 1e9);
      this.#timeout[2] = forNs % 1e9;
      timeoutAt = this.#timeoutAt;
    }
    return Math.max(0, epollPwait2(this.#fd, this.#eventsAt, this.#capacity, timeoutAt));
  }

  /** The id of the `i`-th ready descriptor. */
  idAt(i: number): number {
    return this.#events[i * EVENT.words + EVENT.data] ?? 0;
  }

  /** The events of the `i`-th ready descriptor. */
  eventsAt(i: number): number {
    return this.#events[i * EVENT.words] ?? 0;
  }

  /** Takes the wake-ups from a wake descriptor, so that it is no longer ready. */
  drain(fd: number): void {
    libc().read(fd, ptr(this.#drained), 8);
  }

  close(): void {
    closeDescriptor(this.#fd);
  }
}
