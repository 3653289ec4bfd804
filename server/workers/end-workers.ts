import { within } from "../../lib/timers.ts";
import type { HeartbeatWatch } from "./heartbeat.ts";
import type { WorkerHandle } from "./worker-handle.ts";

/** How long a worker may take to answer that it stops, if the grace period is shorter. */
const ANSWER_MS = 500;

/** How long after the grace period a worker that answers may take to exit before it is killed. */
const EXIT_MS = 1_000;

/** How long a worker may take to exit after a second signal before it is killed. */
const FORCED_EXIT_MS = 200;

/** What ending a worker needs of it. */
interface EndingWorker {
  readonly handle: WorkerHandle;
  readonly heartbeat: Pick<HeartbeatWatch, "isSilent">;
}

/** How the workers ended. */
export interface EndedWorkers {
  /** connections that were aborted */
  readonly cut: number;
  /** those that had to be killed before they had ended their connections */
  readonly killed: ReadonlySet<WorkerHandle>;
}

/**
 * Stops workers, and kills those that do not answer when the grace period is over, or do not exit soon after it.
 * @param force ends every wait at once
 */
export async function endWorkers(
  workers: readonly EndingWorker[],
  graceMs: number,
  force: AbortSignal,
): Promise<EndedWorkers> {
  const handles = workers.map(({ handle }) => handle);
  const killed = new Set<WorkerHandle>();
  const kill = (slow: readonly EndingWorker[]): void => {
    for (const { handle } of slow) {
      if (handle.isGone) continue;
      if (!handle.hasStopped) killed.add(handle);
      handle.kill();
    }
  };
  const stopped = Promise.all(handles.map((handle) => handle.stopped));
  for (const handle of handles) handle.send({ kind: "stop", graceMs });
  if (!(await within(stopped, Math.max(graceMs, ANSWER_MS), force)) && !force.aborted) {
    kill(workers.filter(({ handle, heartbeat }) => !handle.isStopping || heartbeat.isSilent));
  }
  if (!(await within(stopped, EXIT_MS, force))) {
    for (const handle of handles) handle.send({ kind: "force" });
    // One that does not answer, or whose machine is too busy for it to do so.
    if (!(await within(stopped, FORCED_EXIT_MS))) kill(workers);
  }
  const cut = await stopped;
  return { cut: cut.reduce((sum, each) => sum + each, 0), killed };
}
