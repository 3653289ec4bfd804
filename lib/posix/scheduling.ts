import { ptr } from "bun:ffi";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { PRIO_PROCESS, SCHED_IDLE, SCHED_OTHER, SCHED_RESET_ON_FORK } from "./constants.ts";
import { libc, libcAvailable } from "./libc.ts";

/** The kernel's number of the calling thread; undefined where there is no Linux. */
export function threadId(): number | undefined {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return undefined;
  }
}

/** The kernel's numbers of all threads of this process; none where there is no Linux. */
export function threadIds(): number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [];
  }
}

/** `struct sched_param`: the priority, which only real-time policies have. */
const noPriority = new Int32Array(new ArrayBuffer(4));

/** Lets a thread run only where no other one wants to, if the C library can: musl's cannot. Its threads do not inherit that. */
export function runWhenIdle(thread: number): boolean {
  if (!libcAvailable) return false;
  return libc().sched_setscheduler(thread, SCHED_IDLE | SCHED_RESET_ON_FORK, ptr(noPriority)) === 0;
}

/** Undoes `runWhenIdle`, where the kernel lets this process do so (CAP_SYS_NICE). */
export function runAsUsual(thread: number): boolean {
  return libcAvailable && libc().sched_setscheduler(thread, SCHED_OTHER, ptr(noPriority)) === 0;
}

/**
 * Sets how much a thread gives way to others.
 * @param nice from -20 to 19, the lowest priority; a lower one than before takes CAP_SYS_NICE
 * @returns whether the kernel accepted it
 */
export function setNice(thread: number, nice: number): boolean {
  return libcAvailable && libc().setpriority(PRIO_PROCESS, thread, nice) === 0;
}

/** Room for 8,192 processors, as many as Linux supports. */
const CPU_SET_BYTES = 1024;

/** The processors that this thread may run on, by number; none where the C library cannot be called. */
export function allowedCpus(): number[] {
  if (!libcAvailable) return [];
  const set = new Uint8Array(new ArrayBuffer(CPU_SET_BYTES));
  if (libc().sched_getaffinity(0, set.length, ptr(set)) !== 0) return [];
  return Array.from({ length: set.length * 8 }, (_, cpu) => cpu).filter((cpu) => isIn(set, cpu));
}

const isIn = (set: Uint8Array, cpu: number): boolean => (((set[cpu >> 3] ?? 0) >> (cpu & 7)) & 1) === 1;

/** The processor that the calling thread runs on now; below 0 where the C library does not say. */
export const currentCpu = (): number => (libcAvailable ? libc().sched_getcpu() : -1);

/** Keeps a thread on these processors; new threads of its own stay there too. @returns whether the kernel accepted it */
export function keepOn(cpus: readonly number[], thread: number): boolean {
  const set = new Uint8Array(new ArrayBuffer(CPU_SET_BYTES));
  for (const cpu of cpus) set[cpu >> 3] = (set[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  return libcAvailable && libc().sched_setaffinity(thread, set.length, ptr(set)) === 0;
}

/** What the scheduler did with a thread since it began. */
export interface ThreadSchedule {
  /** how long it had a processor */
  readonly cpuMs: number;
  /** how long it was ready to run and another thread had the processor */
  readonly runQueueMs: number;
  /** how often it lost the processor although it could have gone on */
  readonly involuntarySwitches: number;
}

/** @returns undefined where the kernel does not say, or when the thread has ended */
export function threadSchedule(thread: number): ThreadSchedule | undefined {
  try {
    const task = `/proc/self/task/${thread}`;
    const [usedNs, waitedNs] = readFileSync(`${task}/schedstat`, "utf8").split(" ");
    const [, switches] = /^nonvoluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`${task}/status`, "utf8")) ?? [];
    if (waitedNs === undefined || switches === undefined) return undefined;
    return { cpuMs: Number(usedNs) / 1e6, runQueueMs: Number(waitedNs) / 1e6, involuntarySwitches: Number(switches) };
  } catch {
    return undefined;
  }
}
