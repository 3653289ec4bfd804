import { clientOptions } from "../options/options.ts";
import { LoadThread } from "./load-thread.ts";
import { toPlan, toThreadPlans } from "./plan.ts";
import { rehearse } from "./rehearsal.ts";

/** Rehearses a load. @returns the bytes that were echoed, and whether the counters of the threads are still 0 */
export async function rehearsed(given: Record<string, unknown>): Promise<{ bytes: number; isUntouched: boolean }> {
  const options = clientOptions.parse({ conns: 3, ...given });
  const plan = toPlan(options, () => 7);
  const threads: LoadThread[] = [];
  for (const each of toThreadPlans(plan, options)) threads.push(await LoadThread.start(each, plan, () => {}));
  const bytes = await rehearse(plan, threads);
  const isUntouched = threads.every(({ counters }) => new Float64Array(counters.memory).every((value) => value === 0));
  for (const thread of threads) thread.terminate();
  return { bytes, isUntouched };
}

if (import.meta.main) await rehearsed({ conns: 50, size: 64 });
