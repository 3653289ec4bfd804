import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { formatPercent, plural } from "../../lib/text/format-units.ts";

/** A load average above this, before anything is measured, means that other processes disturb the measurement. */
const QUIET_LOAD = 0.5;

/** A server that had no processor for more than this part of a measurement was not measured by itself. */
const LONGEST_WAIT = 0.05;

/** The properties of a machine that disturb measurements. */
export interface Machine {
  readonly cores: number;
  readonly loadAverage1m: number;
  /** frequency governor of the first core, such as `performance`; undefined where there is none */
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

/** Reasons to doubt figures measured on this machine, each with advice. Call it before anything is measured. */
export function findMachineWarnings(machine: Machine = thisMachine()): string[] {
  const { cores, loadAverage1m, governor, hasTaskset } = machine;
  return [
    loadAverage1m > QUIET_LOAD
      ? `the machine is busy: the load average is ${loadAverage1m.toFixed(2)}; stop other programs`
      : "",
    governor !== undefined && governor !== "performance"
      ? `the frequency governor is "${governor}", so the processor changes its speed; set it to performance`
      : "",
    cores < 2 ? "there is only one core: server and load share it" : "",
    cores >= 2 && !hasTaskset
      ? "taskset is not installed, so server and load may share a core; install util-linux"
      : "",
  ].filter(Boolean);
}

/** How long the server of a measurement was ready to run and had no processor. */
export interface ServerWait {
  /** which measurement */
  readonly where: string;
  /** part of its length */
  readonly share: number;
}

/** Says whether servers had to wait for a processor while they were measured, and where longest. */
export function findServerWaits(waits: readonly ServerWait[]): string[] {
  const long = waits.filter(({ share }) => share > LONGEST_WAIT).toSorted((a, b) => b.share - a.share);
  const [worst] = long;
  if (!worst) return [];
  return [
    `the server waited for a processor for more than ${formatPercent(LONGEST_WAIT)} of ${long.length} of ${plural(waits.length, "measurement")}, for ${formatPercent(worst.share, 2)} of ${worst.where}; stop other programs`,
  ];
}
