import { percentiles } from "../../lib/latency/percentiles.ts";
import { PAUSE_NS } from "../../lib/loop/pauses.ts";
import type { RunFigures } from "../../lib/result/run-result.ts";
import type { LoadPlan } from "./plan.ts";

type Harness = NonNullable<RunFigures["harness"]>;

/** Messages that a pause can have delayed: those that were due in an open loop, or in flight in a closed one. */
function delayedBy({ openLoop, connections, pipeline, threads }: LoadPlan, { pauses, pausedMs }: Harness): number {
  if (openLoop) return (openLoop.messagesPerSecond / threads) * (pausedMs / 1_000);
  return pauses * Math.ceil(connections / threads) * pipeline;
}

/** A percentile shows pauses when their mean, or the send lag that they made, is at least this part of it. */
const VISIBLE_PART = 0.5;

/**
 * Whether the client's own pauses are a part of the round trips that it reports.
 * @returns the label of the lowest percentile that they reach; undefined when they reach none
 */
export function percentileReachedByPauses(plan: LoadPlan, figures: RunFigures): string | undefined {
  const { harness, rttNs, sendLagNs } = figures;
  if (!harness || harness.pauses === 0 || rttNs.count === 0) return undefined;
  const delayedPercent = (100 * delayedBy(plan, harness)) / rttNs.count;
  const meanNs = (harness.pausedMs * 1e6) / harness.pauses;
  const reached = percentiles.find(({ field, percent }) => {
    const visibleNs = VISIBLE_PART * rttNs[field];
    // The mean of many short pauses hides a long one, and the send lag of an open loop does not.
    const isLate = sendLagNs !== null && sendLagNs[field] >= Math.max(PAUSE_NS, visibleNs);
    return delayedPercent > 100 - percent && (isLate || meanNs >= visibleNs);
  });
  return reached?.label;
}
