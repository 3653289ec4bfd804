import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { type LoadMode, waysOf } from "../../lib/result/load-modes.ts";
import type { ClientOptions } from "../options/options.ts";
import { checkAfter, checkClientOptions, checkFor, checkThresholds } from "../options/option-checks.ts";
import { drawSeed } from "../../lib/payload/random.ts";
import { resolveTarget, unreachableError } from "../transport/target.ts";
import type { Address } from "../transport/transport.ts";
import { checkDescriptors } from "./descriptors.ts";
import type { RunObserver } from "./observer.ts";
import { type LoadPlan, plannedDurationMs, toPlan, toThreadPlans } from "./plan.ts";
import { buildResult } from "./result.ts";
import { startServerCommand } from "./server-command.ts";
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
  const durationMs = plannedDurationMs(options) ?? Number.POSITIVE_INFINITY;
  checkAfter("--expect", expect, durationMs);
  checkFor(abortOn, durationMs);
  checkStart({ at: startAt, mayBeLate: startLate }, "it is", Date.now());
}

/**
 * Puts load on a server and measures it.
 * @param options checked by `checkRun`
 * @param watchStop called when everything that may block was read; from then on its signal ends the call with what there is
 * @param warn tells what may disturb the run before it begins, and that the server of `--server-command` ended early
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
  await using server = await startServerCommand(options, stop, warn);
  const [way] = waysOf(options.mode);
  const port = way ? plan.ports[way] : options.port;
  const addresses = await resolveTarget({ ...options, port }, stop);
  const readServer = await watchServer(options.serverStats, options.serverStatsToken, stop, warn);
  const measured = await runLoad(plan, threadPlans, addresses, stop, observerFor(plan));
  const result = buildResult(options, plan, measured, await readServer());
  if (result.errors.total > 0) await server?.explainErrors();
  if (options.fastopen) checkReached(result, measured.address, options.mode);
  return result;
}

/**
 * With TCP Fast Open a connect may succeed before anybody has answered.
 * @throws UnreachableError when nobody ever did
 */
function checkReached({ totals, errors }: DecodedResult, address: Address, mode: LoadMode): void {
  const [failure] = errors.first;
  const isRefused = Object.keys(errors.byKind).every((kind) => kind === "connect-refused");
  if (totals.messages + totals.bytesReceived > 0 || !failure || !isRefused) return;
  throw unreachableError([{ address, failure: { kind: "connect-refused", message: failure.message } }], mode);
}
