import type { Counters } from "./counters.ts";

/** How fast the counters grew. */
export interface Rates {
  readonly connectionsPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly rejectedPerSecond: number;
  readonly errorsPerSecond: number;
}

/** What happened in about a second. */
export interface Sample extends Rates {
  /** its end, ms since 1970 */
  readonly timeMs: number;
  /** connections at its end */
  readonly active: number;
}

/** The live figures. */
export interface StatsReport {
  readonly counters: Counters;
  readonly sample: Sample;
  /** the samples of the last minutes, the newest last */
  readonly history: readonly Sample[];
  readonly uptimeMs: number;
}

/** The rates between two readings of the counters, taken `elapsedMs` apart. */
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

/** A sample without its time and its connections. */
export function ratesOf(sample: Sample): Rates {
  const { timeMs: _, active: __, ...rates } = sample;
  return rates;
}
