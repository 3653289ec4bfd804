import type { Counters } from "./counters.ts";

/** What happened in about a second. */
export interface Sample {
  /** when it ended, ms since 1970 */
  readonly timeMs: number;
  /** at its end */
  readonly active: number;
  readonly connectionsPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly rejectedPerSecond: number;
  readonly errorsPerSecond: number;
}

/** The rates between two looks at the counters. */
export function sampleBetween(before: Counters, after: Counters, timeMs: number, elapsedMs: number): Sample {
  const perSecond = (count: (counters: Counters) => number): number =>
    ((count(after) - count(before)) * 1_000) / Math.max(elapsedMs, 1);
  return {
    timeMs,
    active: after.active,
    connectionsPerSecond: perSecond(({ connections }) => connections),
    bytesInPerSecond: perSecond(({ bytesIn }) => bytesIn),
    bytesOutPerSecond: perSecond(({ bytesOut }) => bytesOut),
    rejectedPerSecond: perSecond(({ rejected }) => rejected),
    errorsPerSecond: perSecond(({ errors }) => errors),
  };
}
