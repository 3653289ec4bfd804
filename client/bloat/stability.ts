import { mean, standardDeviation } from "simple-statistics";

/** Intervals that have to agree. */
export const STABLE_INTERVALS = 4;

/**
 * Whether the latest intervals agree: the standard deviation of the last four means is within a part of their mean, as
 * goresponsiveness has it.
 */
export function isStable(values: readonly number[], tolerance: number): boolean {
  const latest = values.slice(-STABLE_INTERVALS);
  if (latest.length < STABLE_INTERVALS) return false;
  return standardDeviation(latest) <= tolerance * mean(latest);
}
