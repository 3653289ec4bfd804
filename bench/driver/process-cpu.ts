import { readdirSync, readFileSync } from "node:fs";

const NS_PER_MS = 1e6;

/**
 * Processor time that the threads of a process have used so far, in milliseconds; undefined where the platform does not
 * tell. From the scheduler's nanoseconds, as the ticks of /proc/PID/stat are too coarse for a short measurement.
 */
export function processCpuMs(pid: number): number | undefined {
  try {
    const tasks = `/proc/${pid}/task`;
    const usedNs = readdirSync(tasks).map((task) => {
      const [onCpu] = readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ");
      return Number(onCpu);
    });
    return usedNs.reduce((sum, ns) => sum + ns, 0) / NS_PER_MS;
  } catch {
    return undefined;
  }
}
