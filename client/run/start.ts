import { InterruptedError, UsageError } from "../../lib/errors.ts";
import { formatDuration } from "../../lib/text/format-units.ts";
import { sleep } from "../../lib/timers.ts";
import { type StartTime, startTimeText } from "../options/start-time.ts";

/** When the load has to start. */
export interface StartPlan {
  /** undefined starts it when the connections are open */
  readonly at: StartTime | undefined;
  /** whether it starts at once when that time has passed */
  readonly mayBeLate: boolean;
}

/** Time for the start command to reach every thread before the load begins. */
const START_DELAY_MS = 5;

/** The last part of the wait: the wall clock is read after a long wait, as it may have been set meanwhile. */
const LAST_PART_MS = 100;

/** @throws UsageError when the start has passed, and the load may not be late. @param what what comes too late */
export function checkStart({ at, mayBeLate }: StartPlan, what: string, nowMs: number): void {
  if (!at || mayBeLate || nowMs <= at.atMs) return;
  const late = formatDuration(Math.ceil(nowMs - at.atMs));
  throw new UsageError(
    `--start-at "${startTimeText(at)}": ${what} ${late} too late; give a later time, or go on nevertheless with --start-late`,
  );
}

/**
 * The start of a load that is late: so many gaps of its messages after the time that it was given, so that they still
 * come between those of the other shards.
 * @param gapMs between messages of this client; 0 without a schedule
 */
export function lateStart(atMs: number, earliestMs: number, gapMs: number): number {
  if (earliestMs <= atMs) return atMs;
  return gapMs > 0 ? atMs + Math.ceil((earliestMs - atMs) / gapMs) * gapMs : earliestMs;
}

/** The absolute time of this process and the wall clock, which differ once the clock was set. */
export interface Clocks {
  /** `performance.timeOrigin + performance.now()` */
  readonly absoluteMs: () => number;
  /** ms to add to the absolute time for the time of the wall clock */
  readonly wallLeadMs: () => number;
}

/** The start of a load. */
export interface Start {
  /** absolute time */
  readonly atMs: number;
  /** see `Clocks` */
  readonly wallLeadMs: number;
}

/** How much is to be waited for, for people. */
export interface Wait {
  readonly connections: number;
  readonly ms: number;
}

/**
 * Waits until the load can be started.
 * @param gapMs see `lateStart`
 * @param onWait called when there is a wait
 * @throws UsageError when that has passed, and the load may not be late
 * @throws InterruptedError when it was stopped meanwhile
 */
export async function awaitStart(
  plan: StartPlan,
  connections: number,
  gapMs: number,
  { absoluteMs, wallLeadMs }: Clocks,
  stop: AbortSignal,
  onWait: (wait: Wait) => void,
): Promise<Start> {
  const { at } = plan;
  const firstLeadMs = wallLeadMs();
  if (!at) return { atMs: absoluteMs() + START_DELAY_MS, wallLeadMs: firstLeadMs };
  const wallMs = absoluteMs() + firstLeadMs;
  checkStart(plan, "the connections were open", wallMs);
  const waitMs = at.atMs - wallMs;
  if (waitMs > LAST_PART_MS) {
    onWait({ connections, ms: waitMs });
    await sleep(waitMs - LAST_PART_MS, stop);
  }
  if (stop.aborted) throw new InterruptedError("interrupted before the load began");
  const leadMs = wallLeadMs();
  return { atMs: lateStart(at.atMs - leadMs, absoluteMs() + START_DELAY_MS, gapMs), wallLeadMs: leadMs };
}
