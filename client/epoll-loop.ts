import { drainMicrotasks } from "bun:jsc";
import { EPOLLIN, EpollSet } from "../lib/epoll.ts";
import { sharpenTimers } from "../lib/libc.ts";
import type { LoopClock } from "./loop-clock.ts";
import { TimerList } from "./timer-list.ts";

/** What is told when its descriptor is ready. */
export interface Watcher {
  /** @param events as epoll has them */
  ready(events: number): void;
}

/** Events taken from the kernel at a time. */
const BATCH = 256;

/** A sleep ends up to this late: the rest is spent awake. */
const WAKE_NS = 100e3;

/** The number of the descriptor that wakes the loop; those of sockets follow. */
const WAKE_ID = 0;

/**
 * A thread's own event loop, on epoll. While it has sockets to watch it sits in the kernel instead of in Bun's loop, to
 * which it returns when it is woken: only there do messages from other threads arrive.
 */
export class EpollLoop implements LoopClock {
  readonly nowNs: () => number;
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
  constructor(nowNs: () => number, wakeFd: number) {
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
    let isWoken = false;
    const count = this.#ready;
    this.#ready = 0;
    for (let i = 0; i < count; i++) {
      const id = this.#set.idAt(i);
      if (id !== WAKE_ID) {
        this.#watchers[id]?.ready(this.#set.eventsAt(i));
        continue;
      }
      this.#set.drain(this.#wakeFd);
      isWoken = true;
    }
    return isWoken;
  }

  #runSoon(): void {
    if (this.#soon.length === 0) return;
    const actions = this.#soon;
    this.#soon = [];
    for (const action of actions) action();
  }
}
