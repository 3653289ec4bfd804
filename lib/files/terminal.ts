import { constants, fstatSync, openSync, readFileSync } from "node:fs";

const FLAGS = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Whether a descriptor is the terminal that controls this process. */
function isControlling(descriptor: number): boolean {
  // The command's name, in brackets, may contain anything. After it: state, parent, group, session, terminal.
  const [, terminal] = /.*\) \S+ \S+ \S+ \S+ (\S+)/s.exec(readFileSync("/proc/self/stat", "utf8")) ?? [];
  return terminal !== undefined && Number(terminal) >>> 0 === fstatSync(descriptor).rdev;
}

/**
 * Opens the terminal of an open descriptor again, so that writing to it does not wait. A process waits in the kernel for a
 * terminal that takes nothing, deaf to all signals; and the inherited descriptor cannot be changed, as the shell has it too.
 * @returns undefined when that is impossible: without /proc, or for a terminal of another user that does not control this
 * process
 */
export function reopenTerminal(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, FLAGS);
  } catch {
    // Below.
  }
  try {
    // After `su` the terminal still belongs to the user who logged in, but this name of it is open to everybody.
    return isControlling(descriptor) ? openSync("/dev/tty", FLAGS) : undefined;
  } catch {
    return undefined;
  }
}
