import type { ListenerRange } from "../../lib/posix/reuseport-steering.ts";
import { sleep } from "../../lib/timers.ts";
import { RETIRE_AFTER_MS } from "../service/service.ts";
import type { WorkerHandle } from "./worker-handle.ts";

/** Gives new connections to these of the workers' listeners only, or to all when undefined. */
export const steer = async ([first]: readonly WorkerHandle[], range: ListenerRange | undefined): Promise<void> =>
  first?.request({ kind: "steer", range });

/**
 * Closes the listeners of the old certificate, one after the other, each when it gets no more new connections. When a
 * listener closes, the kernel moves the last one of the list into its position: so after each close one new listener
 * less stands behind the old ones.
 * @param workers those that have a new listener
 * @param old how many have an old one
 */
export async function retireLater(workers: readonly WorkerHandle[], old: number): Promise<void> {
  await sleep(RETIRE_AFTER_MS);
  for (const [i, worker] of workers.entries()) {
    const count = workers.length - 1 - i;
    if (count > 0) await steer(workers, { from: old, count });
    await worker.request({ kind: "retire" });
  }
  await steer(workers, undefined);
}
