import { drainMicrotasks } from "bun:jsc";
import { EPOLLERR, EPOLLHUP, EPOLLIN, EpollSet } from "../posix/epoll.ts";
import { SyscallBatch, type BatchedSocket } from "./syscall-batch.ts";
import { sharpenTimers } from "../posix/libc.ts";
import { pinnedBytes } from "../posix/memory.ts";
import { TimerList } from "./timer-list.ts";

/** What is told when its descriptor is ready. */
export interface Watcher {
  /** that of which little is expected at a time, so that its reads may be gathered with those of others */
  readonly terse?: BatchedSocket | undefined;
  /** @param events as epoll has them */
  ready(events: number): void;
}

/** Events taken from the kernel at a time. */
const BATCH = 128;

/** So many sockets have to be ready for their reads and sends to be gathered. */
const GATHER_FROM = 3;

/** What one read takes at most. */
const READ_BYTES = 512 * 1024;

const READABLE = EPOLLIN | EPOLLERR | EPOLLHUP;

/** A sleep ends up to this late: the rest is spent awake. */
const WAKE_NS = 100e3;

/** The number of the descriptor that wakes the loop; those of sockets follow. */
const WAKE_ID = 0;

/**
 * A thread's own event loop, on epoll. While it has sockets to watch it sits in the kernel instead of in Bun's loop, to
 * which it returns when it is woken: only there do messages from other threads arrive.
 */
export class EpollLoop {
  readonly nowNs: () => number;
  /** what sockets read into, one at a time */
  readonly readBytes = pinnedBytes(READ_BYTES);
  /** undefined where the kernel does not let reads and sends be gathered */
  readonly gathering: SyscallBatch | undefined;
  readonly #set = new EpollSet(BATCH);
  readonly #wakeFd: number;
  readonly #timers = new TimerList();
  readonly #watchers: Array<Watcher | undefined> = [undefined];
  readonly #free: number[] = [];
  readonly #turn = (): void => this.#run();
  #soon: Array<() => void> = [];
  #watched = 0;
  #ready = 0;
  #isScheduled = false;

  /** @param wakeFd by which another thread says that it has sent a message */
  constructor(nowNs: () => number, wakeFd: number, { gathers = true } = {}) {
    this.gathering = gathers ? SyscallBatch.start(BATCH) : undefined;
    this.nowNs = nowNs;
    this.#wakeFd = wakeFd;
    sharpenTimers();
    this.#set.add(wakeFd, EPOLLIN, WAKE_ID);
  }

  /** Watches a descriptor. @returns the number by which it is known from now on */
  watch(fd: number, events: number, watcher: Watcher): number {
    const id = this.#free.pop() ?? this.#watchers.length;
    this.#watchers[id] = watcher;
    this.#set.add(fd, events, id);
    this.#watched++;
    this.#schedule();
    return id;
  }

  /** Has another one be told of a descriptor that is watched. */
  hand(id: number, watcher: Watcher): void {
    this.#watchers[id] = watcher;
  }

  change(fd: number, events: number, id: number): void {
    this.#set.change(fd, events, id);
  }

  /** Watches it no more. */
  unwatch(fd: number, id: number): void {
    this.#set.remove(fd);
    this.#watchers[id] = undefined;
    this.#watched--;
    // Not at once: events that were taken already may still name it.
    this.soon(() => this.#free.push(id));
  }

  after(delayMs: number, action: () => void): () => void {
    const cancel = this.#timers.add(this.nowNs() + delayMs * 1e6, action);
    this.#schedule();
    return cancel;
  }

  soon(action: () => void): void {
    this.#soon.push(action);
    this.#schedule();
  }

  idle(untilNs: number): void {
    for (let leftNs = untilNs - this.nowNs(); leftNs > 0 && this.#ready === 0; leftNs = untilNs - this.nowNs()) {
      this.#ready = this.#set.wait(Math.max(0, leftNs - WAKE_NS));
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#turn);
  }

  get #hasWork(): boolean {
    return this.#watched > 0 || this.#soon.length > 0 || this.#timers.earliestNs < Number.POSITIVE_INFINITY;
  }

  /** Serves sockets and timers until another thread wants to be heard, or nothing is left to do. */
  #run(): void {
    let isWoken = false;
    while (!isWoken && this.#hasWork) {
      if (this.#ready === 0) {
        const untilNs = this.#soon.length > 0 ? 0 : this.#timers.earliestNs;
        this.#ready = this.#set.wait(Math.max(0, untilNs - this.nowNs()));
      }
      isWoken = this.#dispatch();
      this.#timers.runDue(this.nowNs());
      this.#runSoon();
      drainMicrotasks();
    }
    this.#isScheduled = false;
    if (this.#hasWork) this.#schedule();
  }

  /** @returns whether another thread wants to be heard */
  #dispatch(): boolean {
    const count = this.#ready;
    this.#ready = 0;
    const gathering = count >= GATHER_FROM ? this.gathering : undefined;
    let isWoken = false;
    for (let i = 0; i < count; i++) {
      const id = this.#set.idAt(i);
      if (id === WAKE_ID) {
        this.#set.drain(this.#wakeFd);
        isWoken = true;
        continue;
      }
      const events = this.#set.eventsAt(i);
      const watcher = this.#watchers[id];
      if (!watcher) continue;
      const reader = gathering && (events & READABLE) !== 0 ? watcher.terse : undefined;
      if (reader) gathering?.read(reader, events);
      else watcher.ready(events);
    }
    gathering?.runReads();
    gathering?.runSends();
    return isWoken;
  }

  #runSoon(): void {
    if (this.#soon.length === 0) return;
    const actions = this.#soon;
    this.#soon = [];
    for (const action of actions) action();
  }
}
