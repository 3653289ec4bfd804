import { allowedCpus, currentCpu, keepOn } from "../../lib/posix/scheduling.ts";
import { incomingCpu } from "../../lib/posix/socket.ts";

/** The calling thread, for the scheduler. */
const THIS_THREAD = 0;

/** What it needs of the machine; tests pass their own. */
export interface Processors {
  /** that this thread may run on */
  readonly allowed: () => readonly number[];
  /** that this thread runs on now */
  readonly current: () => number;
  /** on which the kernel took the last bytes of a socket from the network */
  readonly incoming: (fd: number) => number;
  readonly keepOn: (cpus: readonly number[]) => unknown;
}

const machine: Processors = {
  allowed: allowedCpus,
  current: currentCpu,
  incoming: incomingCpu,
  keepOn: (cpus) => keepOn(cpus, THIS_THREAD),
};

/**
 * Moves a thread that never sleeps, as that of an open loop, off the processor where its echoes arrive: there it would take
 * turns with the kernel's network code, or with the server if that is on the same machine, and the scheduler leaves them together.
 */
export class OwnProcessor {
  readonly #threads: number;
  readonly #processors: Processors;

  /** @param threads of the load, each of which needs a processor */
  constructor(threads: number, processors = machine) {
    this.#threads = threads;
    this.#processors = processors;
  }

  /** @param fd of a connection of this thread */
  check(fd: number | undefined): void {
    const { current, incoming, allowed, keepOn: keepThreadOn } = this.#processors;
    const here = current();
    if (fd === undefined || here < 0 || incoming(fd) !== here) return;
    const all = allowed();
    if (all.length <= this.#threads) return;
    // The scheduler moves it at once. Afterwards it may run everywhere again, but a thread that never sleeps stays.
    keepThreadOn(all.filter((cpu) => cpu !== here));
    keepThreadOn(all);
  }
}
