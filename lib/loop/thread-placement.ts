import { getPriority } from "node:os";
import {
  allowedCpus,
  keepOn,
  runAsUsual,
  runWhenIdle,
  setNice,
  threadIds,
  threadSchedule,
  type ThreadSchedule,
} from "../posix/scheduling.ts";
import { eventLoopTimers, type Timers } from "../timers.ts";

/** New threads, and processors for those that work, are looked for so often at first, and then ever more rarely. */
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 5_000;

/** Of the main thread, when this process began. */
const USUAL_NICE = getPriority(process.pid);

const LOWEST_NICE = 19;

/**
 * How much nicer the main thread is. A server on its processor then goes first. Its share is still a third of a
 * usual one, so it hears signals on a busy machine.
 */
const MAIN_NICER_BY = 5;

/** How threads give way: `idle` run where no other thread wants to, `nice` have the smallest share. */
export type BackgroundPriority = "idle" | "nice" | "unchanged";

/** Where threads may run. */
export interface Placement {
  /** the kernel's numbers of the threads that do the work */
  readonly workers: readonly number[];
  /** processors for these threads, in turn, and for all others; none leaves all of that to the kernel */
  readonly cpus: readonly number[];
  /** which of them is the first worker's, counted from 0 */
  readonly firstCpu?: number;
  /** whether this process does nothing else, so that its other threads may be placed too */
  readonly ownsProcess: boolean;
  /** whether these may also run only where no other thread wants to */
  readonly lowersOthers: boolean;
}

/**
 * A thread that waited for a processor for less than this part of its time has had one to itself. Not less, since on two
 * processors it also waits for the main thread and the compilers while the load is rehearsed.
 */
const WAITING_SHARE = 0.3;

/** Tells whether a thread has had a processor to itself since it was asked about last, or since it began. */
function watchProcessors(): (thread: number) => boolean {
  const seen = new Map<number, ThreadSchedule>();
  return (thread) => {
    const now = threadSchedule(thread);
    if (!now) return false;
    const before = seen.get(thread);
    seen.set(thread, now);
    const waitedMs = now.runQueueMs - (before?.runQueueMs ?? 0);
    const usedMs = now.cpuMs - (before?.cpuMs ?? 0);
    return waitedMs <= WAITING_SHARE * (usedMs + waitedMs);
  };
}

/**
 * Keeps all other threads of this process out of the way of those that do the work: compilers and the garbage
 * collector would else take a processor from them, or from the other side on the same machine. Where no processor is
 * left over for the others, they keep their priority: one that gets no time while it holds a lock would stop the rest.
 */
export class ThreadPlacement implements Disposable {
  readonly #workers: ReadonlySet<number>;
  readonly #cpus: readonly number[];
  readonly #mayLower: boolean;
  readonly #had: (thread: number) => boolean;
  #lowersOthers = false;
  readonly #placed = new Set<number>();
  readonly #timers: Timers;
  #priority: BackgroundPriority = "unchanged";
  #cancel = (): void => {};

  /** @param had tells whether a thread has had a processor to itself since it was asked about last */
  constructor(placement: Placement, timers: Timers = eventLoopTimers, had = watchProcessors()) {
    const { workers, cpus, firstCpu = 0, ownsProcess, lowersOthers } = placement;
    this.#workers = new Set(workers);
    this.#cpus = cpus;
    this.#timers = timers;
    const available = cpus.length > 0 ? cpus.length : allowedCpus().length;
    this.#mayLower = lowersOthers && workers.length > 0 && workers.length < available;
    this.#had = had;
    for (const [i, thread] of workers.entries()) {
      const cpu = cpus[(firstCpu + i) % cpus.length];
      if (cpu !== undefined) keepOn([cpu], thread);
    }
    if (ownsProcess && (this.#mayLower || cpus.length > 0)) this.#look(FIRST_LOOK_MS);
  }

  /** What was done with the priority of the other threads. */
  get priority(): BackgroundPriority {
    return this.#priority;
  }

  #look(nextMs: number): void {
    if (this.#mayLower && !this.#lowersOthers && [...this.#workers].every(this.#had)) {
      this.#lowersOthers = true;
      this.#placed.clear();
    }
    for (const thread of threadIds()) {
      if (!this.#workers.has(thread) && !this.#placed.has(thread)) this.#place(thread);
    }
    this.#cancel = this.#timers.after(nextMs, () => this.#look(Math.min(LAST_LOOK_MS, nextMs * 2)));
  }

  #place(thread: number): void {
    this.#placed.add(thread);
    if (this.#cpus.length > 0) keepOn(this.#cpus, thread);
    if (!this.#lowersOthers) return;
    if (thread === process.pid) {
      // It has to hear signals even where no processor is ever idle.
      setNice(thread, Math.min(LOWEST_NICE, USUAL_NICE + MAIN_NICER_BY));
    } else if (runWhenIdle(thread)) {
      this.#priority = "idle";
    } else if (setNice(thread, LOWEST_NICE) && this.#priority === "unchanged") {
      this.#priority = "nice";
    }
  }

  /**
   * Looks for no more threads. Those that were found have their usual priority again where the kernel permits that, so
   * that the process ends soon on a machine that has become busy: it ends with its last thread.
   */
  [Symbol.dispose](): void {
    this.#cancel();
    if (!this.#lowersOthers) return;
    for (const thread of threadIds()) {
      if (!this.#placed.has(thread)) continue;
      if (thread !== process.pid) runAsUsual(thread);
      setNice(thread, USUAL_NICE);
    }
  }
}
