import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { ClientOptions } from "../options/options.ts";
import { checkClientOptions, checkThresholds } from "../options/option-checks.ts";
import { drawSeed } from "../payload/random.ts";
import { resolveTarget } from "../transport/target.ts";
import { checkDescriptors } from "./descriptors.ts";
import type { RunObserver } from "./observer.ts";
import { type LoadPlan, toPlan, toThreadPlans } from "./plan.ts";
import { buildResult } from "./result.ts";
import { checkStart } from "./start.ts";
import { runLoad } from "./run.ts";
import { watchServer } from "./server-stats.ts";

/**
 * Rejects options that contradict each other.
 * @throws UsageError
 */
export function checkRun(options: ClientOptions): void {
  checkClientOptions(options);
  const { mode, rate, stages, unix, expect, abortOn, startAt, startLate } = options;
  const load = { mode, isOpenLoop: (rate ?? stages) !== undefined, hasTcp: unix === undefined };
  checkThresholds("--expect", expect, load);
  // Of rows, as thresholds with a time are.
  const conditions = abortOn.map(({ expression, condition }) => ({ ...condition, expression, afterMs: 0 }));
  checkThresholds("--abort-on", conditions, load);
  checkStart({ at: startAt, mayBeLate: startLate }, "it is", Date.now());
}

/**
 * Puts load on a server and measures it.
 * @param options checked by `checkRun`
 * @param watchStop called when everything that may block was read; from then on its signal ends the call with what there is
 * @param warn tells what may disturb the run before it begins
 * @throws UnreachableError when no address can be connected to
 */
export async function executeRun(
  options: ClientOptions,
  watchStop: () => AbortSignal,
  observerFor: (plan: LoadPlan) => RunObserver,
  warn: (message: string) => void,
): Promise<DecodedResult> {
  const plan = toPlan(options, drawSeed);
  const shortage = checkDescriptors({ conns: plan.connections, threads: plan.threads });
  if (shortage !== undefined) warn(shortage);
  const threadPlans = toThreadPlans(plan, options);
  const stop = watchStop();
  const addresses = await resolveTarget(options, stop);
  const readServer = await watchServer(options.serverStats, options.serverStatsToken, stop, warn);
  const measured = await runLoad(plan, threadPlans, addresses, stop, observerFor(plan));
  return buildResult(options, plan, measured, await readServer());
}
