import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second for programs (USER_HZ). */
const MS_PER_TICK = 10;

/** Processor time a process has used so far, in milliseconds; undefined where the platform does not tell. */
export function processCpuMs(pid: number): number | undefined {
  try {
    // The name, in brackets, may hold anything; utime and stime are the 12th and 13th fields after it (proc_pid_stat(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return undefined;
  }
}
