import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { libcAvailable, ReadableWait, sharpenTimers } from "../../lib/posix/libc.ts";
import type { Pauses } from "../../lib/loop/pauses.ts";
import type { Standstill } from "../../lib/loop/standstill.ts";
import { eventLoopTimers, type Timers } from "../../lib/timers.ts";

/** The clock and timers of a thread's event loop. Times in nanoseconds of the thread. */
export interface LoopClock extends Timers, Standstill {
  /** Finds the loop's own descriptor. @param fd of a socket that the loop watches */
  learnLoop?(fd: number | undefined): void;
  readonly nowNs: () => number;
  /** the loop's own count of its pauses; undefined when it has none */
  readonly pauses?: Pauses;
  /** sockets that it has served so far, each as often as it was ready; undefined when it does not count them */
  readonly served?: number;
  /** Calls back after the sockets that are ready were served. */
  soon(action: () => void): void;
  /** Returns at that time, or before when a socket is ready. */
  idle(untilNs: number): void;
}

/** A sleep may end this late (p99 of 200 µs sleeps was 80 to 90 µs), so the last part of a wait is spent awake. */
const WAKE_NS = 100e3;

/** The epoll descriptor that watches this socket, which is that of its thread's event loop. */
function findLoopDescriptor(socket: number): number | undefined {
  const watchesSocket = (fd: string): boolean => {
    try {
      const isLoop = readlinkSync(`/proc/self/fd/${fd}`) === "anon_inode:[eventpoll]";
      const watched = isLoop ? readFileSync(`/proc/self/fdinfo/${fd}`, "utf8") : "";
      return new RegExp(`^tfd: +${socket} `, "m").test(watched);
    } catch {
      return false;
    }
  };
  const found = readdirSync("/proc/self/fd").find(watchesSocket);
  return found === undefined ? undefined : Number(found);
}

/**
 * The clock of a thread's event loop. Where it knows the loop's descriptor it sleeps on that between messages and so
 * sees sockets at once without a turn of the loop; each turn leaves garbage, and collecting that makes sends late.
 */
export class EventLoopClock implements LoopClock {
  readonly nowNs: () => number;
  #sockets: ReadableWait | undefined;

  constructor(nowNs: () => number) {
    this.nowNs = nowNs;
  }

  /** Finds the event loop. @param socket one that the loop watches */
  learnLoop(socket: number | undefined): void {
    if (this.#sockets || !libcAvailable || socket === undefined) return;
    const fd = findLoopDescriptor(socket);
    if (fd === undefined) return;
    sharpenTimers();
    this.#sockets = new ReadableWait(fd);
  }

  readonly after = eventLoopTimers.after;

  soon(action: () => void): void {
    setImmediate(action);
  }

  idle(untilNs: number): void {
    if (!this.#sockets) return;
    for (let leftNs = untilNs - this.nowNs(); leftNs > 0; leftNs = untilNs - this.nowNs()) {
      if (this.#sockets.wait(Math.max(0, leftNs - WAKE_NS))) return;
    }
  }
}
