import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/** Load above this many busy cores, before anything is measured, disturbs. */
const QUIET_LOAD = 0.5;

/** What is looked at; tests pass a machine of their own. */
export interface Machine {
  readonly cores: number;
  readonly loadAverage1m: number;
  /** of the first core, such as `performance`; undefined where there is none */
  readonly governor: string | undefined;
  readonly hasTaskset: boolean;
}

function readGovernor(): string | undefined {
  try {
    return readFileSync("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "utf8").trim();
  } catch {
    return undefined;
  }
}

const thisMachine = (): Machine => ({
  cores: cpus().length,
  loadAverage1m: loadavg()[0] ?? 0,
  governor: readGovernor(),
  hasTaskset: Bun.which("taskset") !== null,
});

/** What makes figures of this machine doubtful, before anything is measured. */
export function findDoubts(machine: Machine = thisMachine()): string[] {
  const { cores, loadAverage1m, governor, hasTaskset } = machine;
  return [
    loadAverage1m > QUIET_LOAD
      ? `a busy neighbour: the load average is ${loadAverage1m.toFixed(2)}; close what else runs here`
      : "",
    governor !== undefined && governor !== "performance"
      ? `the frequency governor is "${governor}": the processor changes its speed; set it to performance`
      : "",
    cores < 2 ? "one core: server and load take turns on it" : "",
    cores >= 2 && !hasTaskset ? "a shared core: taskset is not installed, so server and load may meet on one" : "",
  ].filter(Boolean);
}
