import { threadSchedule, type ThreadSchedule } from "../../lib/posix/scheduling.ts";
import { eventLoopTimers } from "../../lib/timers.ts";

/** Processor time in milliseconds. */
export interface CpuTime {
  readonly userMs: number;
  readonly systemMs: number;
}

/** How much the load threads had to do without a processor. */
type Waiting = Omit<ThreadSchedule, "cpuMs">;

/** What the operating system gave this process in the window. */
export interface ProcessUse {
  readonly cpu: CpuTime;
  /** of all load threads together; undefined where the kernel does not say */
  readonly schedule: Waiting | undefined;
}

function scheduleOf(threads: readonly number[]): Waiting | undefined {
  let [runQueueMs, involuntarySwitches] = [0, 0];
  for (const thread of threads) {
    const schedule = threadSchedule(thread);
    if (!schedule) return undefined;
    runQueueMs += schedule.runQueueMs;
    involuntarySwitches += schedule.involuntarySwitches;
  }
  return threads.length > 0 ? { runQueueMs, involuntarySwitches } : undefined;
}

/**
 * Measures what this process and its load threads use, from a moment on.
 * @param startsInMs when the window opens
 * @param threads the kernel's numbers of the load threads
 */
export function watchProcess(
  startsInMs: number,
  threads: readonly number[],
): { soFar: () => ProcessUse; end: () => ProcessUse } {
  let start: { readonly cpu: NodeJS.CpuUsage; readonly schedule: Waiting | undefined } | undefined;
  const cancel = eventLoopTimers.after(startsInMs, () => {
    start = { cpu: process.cpuUsage(), schedule: scheduleOf(threads) };
  });
  const soFar = (): ProcessUse => {
    const { user, system } = start ? process.cpuUsage(start.cpu) : { user: 0, system: 0 };
    const [before, after] = [start?.schedule, scheduleOf(threads)];
    return {
      cpu: { userMs: user / 1_000, systemMs: system / 1_000 },
      schedule: before &&
        after && {
          runQueueMs: after.runQueueMs - before.runQueueMs,
          involuntarySwitches: after.involuntarySwitches - before.involuntarySwitches,
        },
    };
  };
  return {
    soFar,
    end() {
      cancel();
      return soFar();
    },
  };
}
