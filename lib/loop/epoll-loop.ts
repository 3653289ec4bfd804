import { drainMicrotasks } from "bun:jsc";
import { EPOLLERR, EPOLLHUP, EPOLLIN, EpollSet } from "../posix/epoll.ts";
import { SyscallBatch, type BatchedSocket } from "./syscall-batch.ts";
import { sharpenTimers } from "../posix/libc.ts";
import { pinnedBytes } from "../posix/memory.ts";
import type { LoopSettings } from "./engine.ts";
import { PAUSE_NS, Pauses } from "./pauses.ts";
import { TimerList } from "./timer-list.ts";

/** Handles the events of a descriptor. */
export interface Watcher {
  /** Set when recent reads were small: its next read can join a batch. */
  readonly batchedReader?: BatchedSocket | undefined;
  /** @param events bits of epoll: EPOLLIN and the like */
  ready(events: number): void;
}

/** Events that one wait returns at most. */
const MAX_EVENTS = 128;

/** With fewer ready sockets than this, a system call for each is faster than a batch. */
const BATCH_FROM_SOCKETS = 3;

/** The most that one read takes. */
const READ_BYTES = 512 * 1024;

const READABLE = EPOLLIN | EPOLLERR | EPOLLHUP;

/** A sleep may end this late, so the loop stays awake for the last part of a wait. */
const WAKE_NS = 100e3;

/** The id of the descriptor that wakes the loop. Ids of sockets follow. */
const WAKE_ID = 0;

/**
 * A thread's own event loop, on epoll. While it has sockets to watch, it waits in the kernel instead of in Bun's loop.
 * Another thread wakes it after it has sent a message, because messages arrive only in Bun's loop.
 */
export class EpollLoop {
  readonly nowNs: () => number;
  /** Sockets read into this, one after the other. */
  readonly readBytes = pinnedBytes(READ_BYTES);
  /** undefined where the kernel has no io_uring */
  readonly batch: SyscallBatch | undefined;
  readonly #set = new EpollSet(MAX_EVENTS);
  readonly #wakeFd: number;
  readonly busyPollNs: number;
  readonly #longestSleepNs: number;
  readonly pauses = new Pauses();
  /** how long it stood still before it saw the sockets that it serves now, which may have been ready since; 0 for no pause */
  standstillNs = 0;
  readonly #timers = new TimerList();
  readonly #watchers: Array<Watcher | undefined> = [undefined];
  readonly #free: number[] = [];
  readonly #turn = (): void => this.#run();
  /** what is to be done after this turn, and the empty list that takes its place: a new one for each turn would be garbage */
  #soon: Array<() => void> = [];
  #spare: Array<() => void> = [];
  #watched = 0;
  #ready = 0;
  #served = 0;
  #isScheduled = false;
  /** when it last looked at its sockets; Infinity when it had none to look at */
  #lookedNs = Number.POSITIVE_INFINITY;

  /**
   * @param settings see `LoopSettings`
   * @param longestSleepNs it looks at its sockets at least so often, so that it sees when it stood still while it slept
   */
  constructor(
    nowNs: () => number,
    { wakeFd, busyPollNs }: LoopSettings,
    { batches = true, longestSleepNs = Number.POSITIVE_INFINITY } = {},
  ) {
    this.#longestSleepNs = longestSleepNs;
    this.batch = batches ? SyscallBatch.start(MAX_EVENTS) : undefined;
    this.nowNs = nowNs;
    this.#wakeFd = wakeFd;
    this.busyPollNs = busyPollNs;
    sharpenTimers();
    this.#set.add(wakeFd, EPOLLIN, WAKE_ID);
  }

  /** Events of descriptors that it has served so far. */
  get served(): number {
    return this.#served;
  }

  /** Watches a descriptor. @returns its id */
  watch(fd: number, events: number, watcher: Watcher): number {
    const id = this.#free.pop() ?? this.#watchers.length;
    this.#watchers[id] = watcher;
    this.#set.add(fd, events, id);
    this.#watched++;
    this.#schedule();
    return id;
  }

  /** Gives the events of a watched descriptor to another watcher. */
  replaceWatcher(id: number, watcher: Watcher): void {
    this.#watchers[id] = watcher;
  }

  change(fd: number, events: number, id: number): void {
    this.#set.change(fd, events, id);
  }

  unwatch(fd: number, id: number): void {
    this.#set.remove(fd);
    this.#watchers[id] = undefined;
    this.#watched--;
    // Later, because events that were already taken from the kernel may still carry this id.
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
    for (let now = this.nowNs(); now < untilNs && this.#ready === 0; now = this.#lookedNs) {
      this.#look(now, untilNs - WAKE_NS);
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

  /** Serves sockets and timers until another thread wakes it or nothing is left to do. */
  #run(): void {
    let isWoken = false;
    while (!isWoken && this.#hasWork) isWoken = this.#serve();
    this.#isScheduled = false;
    if (this.#hasWork) this.#schedule();
    else this.#lookedNs = Number.POSITIVE_INFINITY;
  }

  /**
   * Waits for sockets, and serves those that are ready. It is a function of its own because the loop around it is hardly ever
   * left, and such a function is compiled late: it took 30 to 70 ms within a measurement.
   * @returns whether another thread woke the loop
   */
  #serve(): boolean {
    let now = this.nowNs();
    this.#timers.runDue(now);
    if (this.#soon.length > 0) {
      this.#runSoon();
      now = this.nowNs();
    }
    drainMicrotasks();
    if (!this.#hasWork) return false;
    if (this.#ready === 0) this.#await(now, this.#soon.length > 0 ? 0 : this.#timers.earliestNs);
    return this.#dispatch();
  }

  /** Waits until that time at most, at first without sleeping where that is asked for. */
  #await(nowNs: number, untilNs: number): void {
    let now = nowNs;
    for (const awakeUntilNs = Math.min(untilNs, now + this.busyPollNs); now < awakeUntilNs; now = this.#lookedNs) {
      this.#look(now, now);
      if (this.#ready > 0) return;
    }
    this.#look(now, untilNs);
  }

  /** Looks which descriptors are ready, and waits for one until that time. A wait that took longer was a pause too. */
  #look(nowNs: number, untilNs: number): void {
    const forNs = Math.max(0, Math.min(untilNs - nowNs, this.#longestSleepNs));
    const workedNs = nowNs - this.#lookedNs;
    this.pauses.note(workedNs);
    this.#ready = this.#set.wait(forNs);
    this.#lookedNs = this.nowNs();
    const sleptOnNs = this.#lookedNs - nowNs - forNs;
    this.pauses.note(sleptOnNs);
    const longestNs = Math.max(workedNs, sleptOnNs);
    this.standstillNs = longestNs > PAUSE_NS ? longestNs : 0;
  }

  /** @returns whether another thread woke the loop */
  #dispatch(): boolean {
    const count = this.#ready;
    this.#ready = 0;
    this.#served += count;
    const batch = count >= BATCH_FROM_SOCKETS ? this.batch : undefined;
    let isBatched = false;
    let isWoken = false;
    for (let i = 0; i < count; i++) {
      const id = this.#set.idAt(i);
      if (id === WAKE_ID) {
        this.#set.drain(this.#wakeFd);
        this.#served--;
        isWoken = true;
        continue;
      }
      const events = this.#set.eventsAt(i);
      const watcher = this.#watchers[id];
      if (!watcher) continue;
      const reader = batch && (events & READABLE) !== 0 ? watcher.batchedReader : undefined;
      if (reader) {
        batch?.read(reader, events);
        isBatched = true;
      } else watcher.ready(events);
    }
    if (isBatched) {
      batch?.runReads();
      batch?.runSends();
    }
    return isWoken;
  }

  #runSoon(): void {
    const actions = this.#soon;
    this.#soon = this.#spare;
    // Without an iterator, which is garbage too.
    for (let i = 0; i < actions.length; i++) (actions[i] as () => void)();
    actions.length = 0;
    this.#spare = actions;
  }
}
