import type { RunFigures } from "../../lib/result/run-result.ts";
import { messagesDue } from "../traffic/rate-schedule.ts";
import type { LoadPlan } from "./plan.ts";

/** A rate is kept if no more than this part of its messages is missing, or no more than chance explains. */
const TOLERANCE = 0.01;
const CHANCE_DEVIATIONS = 3;

type Rated = Pick<LoadPlan, "openLoop" | "warmupMs">;

/** Messages that are due in the first part of a window; undefined without a schedule. */
export function messagesAsked({ openLoop }: Pick<LoadPlan, "openLoop">, lengthMs: number): number | undefined {
  if (!openLoop) return undefined;
  const { stages, messagesPerSecond } = openLoop;
  return stages ? messagesDue(stages, lengthMs) : (messagesPerSecond * lengthMs) / 1_000;
}

/**
 * The part of the window of which echoes can be expected within it. Without a warm-up as long as a round trip, those of
 * the last round trip come after it, and none of earlier messages at its beginning make up for them.
 */
function echoedMs({ warmupMs }: Rated, { window, rttNs }: Pick<RunFigures, "window" | "rttNs">): number {
  // Longer ones are queues, which are no excuse.
  const roundTripMs = Math.min(rttNs.p99, 2 * rttNs.min) / 1e6;
  return window.durationMs - Math.max(0, roundTripMs - warmupMs);
}

/** Whether the echoes kept up with the schedule of an open loop; always where there was none. */
export function keepsRate(
  plan: Rated,
  figures: Pick<RunFigures, "window" | "rttNs" | "totals">,
  tolerance = TOLERANCE,
): boolean {
  const asked = messagesAsked(plan, echoedMs(plan, figures));
  if (asked === undefined) return true;
  const chance = plan.openLoop?.kind === "poisson" ? CHANCE_DEVIATIONS * Math.sqrt(asked) : 1;
  return figures.totals.messages >= asked - Math.max(asked * tolerance, chance);
}
