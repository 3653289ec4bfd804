import { readdirSync, readFileSync } from "node:fs";

const NS_PER_MS = 1e6;

/** What the scheduler did with one thread so far. */
export interface ThreadTimes {
  readonly cpuMs: number;
  /** how long it was ready to run and had no processor */
  readonly runQueueMs: number;
}

/** The threads of a process, by the kernel's number. */
export type ProcessSchedule = ReadonlyMap<string, ThreadTimes>;

/** Reads `schedstat`: nanoseconds on a processor, nanoseconds on a run queue, and slices. */
export function parseSchedstat(text: string): ThreadTimes {
  const [onCpuNs, waitedNs] = text.split(" ").map(Number);
  return { cpuMs: (onCpuNs ?? Number.NaN) / NS_PER_MS, runQueueMs: (waitedNs ?? Number.NaN) / NS_PER_MS };
}

/**
 * What the scheduler did with the threads of a process so far; undefined where the platform does not report it. The
 * scheduler counts nanoseconds: the ticks of /proc/PID/stat are too coarse for a short measurement.
 */
export function scheduleOf(pid: number): ProcessSchedule | undefined {
  try {
    const tasks = `/proc/${pid}/task`;
    return new Map(
      readdirSync(tasks).map((task) => [task, parseSchedstat(readFileSync(`${tasks}/${task}/schedstat`, "utf8"))]),
    );
  } catch {
    return undefined;
  }
}

/**
 * What the scheduler did with a process meanwhile: the processor time of all its threads, and how long the busiest of
 * them had no processor. Others may wait on purpose, since some give way to those that do the work.
 */
export function scheduleBetween(
  before: ProcessSchedule | undefined,
  after: ProcessSchedule | undefined,
): ThreadTimes | undefined {
  if (!before || !after) return undefined;
  const threads = [...after].map(([task, { cpuMs, runQueueMs }]) => {
    const since = before.get(task);
    return { cpuMs: cpuMs - (since?.cpuMs ?? 0), runQueueMs: runQueueMs - (since?.runQueueMs ?? 0) };
  });
  const [busiest] = threads.toSorted((a, b) => b.cpuMs - a.cpuMs);
  return busiest && { cpuMs: threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0), runQueueMs: busiest.runQueueMs };
}
