import type { RunFigures } from "../../lib/result/run-result.ts";
import { messagesDue } from "../traffic/rate-schedule.ts";
import type { LoadPlan } from "./plan.ts";

/** A rate is kept if no more than this part of its messages is missing, or no more than chance explains. */
const TOLERANCE = 0.01;
const CHANCE_DEVIATIONS = 3;

type Rated = Pick<LoadPlan, "openLoop" | "warmupMs" | "durationMs" | "messages" | "bytes">;

type Figures = Pick<RunFigures, "window" | "serviceNs" | "totals">;

/** Messages that are due in the first part of a window; undefined without a schedule. */
export function messagesAsked({ openLoop }: Pick<LoadPlan, "openLoop">, lengthMs: number): number | undefined {
  if (!openLoop) return undefined;
  const { stages, messagesPerSecond } = openLoop;
  return stages ? messagesDue(stages, lengthMs) : (messagesPerSecond * lengthMs) / 1_000;
}

/**
 * The part of the window of which all messages can have come back within it. At its end, as many are on their way as are
 * due in a mean round trip; those that were on their way at its beginning make up for them, if there was a warm-up. In a
 * queue that grows, twice as many are missing. A window that an amount ends goes on until the slowest one is back.
 */
function echoedMs({ warmupMs, durationMs, messages, bytes }: Rated, { window, serviceNs }: Figures): number {
  if (!serviceNs) return window.durationMs;
  const isAmount = (messages ?? bytes) !== undefined && window.durationMs < (durationMs ?? Number.POSITIVE_INFINITY);
  const onTheirWayMs = isAmount ? serviceNs.max / 1e6 : Math.max(0, serviceNs.mean / 1e6 - warmupMs);
  return window.durationMs - onTheirWayMs;
}

/** Whether the echoes kept up with the schedule of an open loop; always where there was none. */
export function keepsRate(plan: Rated, figures: Figures, tolerance = TOLERANCE): boolean {
  const asked = messagesAsked(plan, echoedMs(plan, figures));
  if (asked === undefined) return true;
  const chance = plan.openLoop?.kind === "poisson" ? CHANCE_DEVIATIONS * Math.sqrt(asked) : 1;
  return figures.totals.messages >= asked - Math.max(asked * tolerance, chance);
}
