import { mean, quantileSorted } from "simple-statistics";

/** Upper limits of the latency that load adds, as in bufferbloat tests for browsers; ms, exclusive. */
const limits = [
  ["A+", 5],
  ["A", 30],
  ["B", 60],
  ["C", 200],
  ["D", 400],
] as const;

/** The grades, best first. */
export const grades = ["A+", "A", "B", "C", "D", "F"] as const;

export type Grade = (typeof grades)[number];

/** @param increaseMs latency that load adds */
export const gradeOf = (increaseMs: number): Grade => limits.find(([, below]) => increaseMs < below)?.[0] ?? "F";

/** Sequential round trips a minute at this latency (draft-ietf-ippm-responsiveness). */
export const roundTripsPerMinute = (latencyNs: number): number => (latencyNs > 0 ? Math.round(60e9 / latencyNs) : 0);

/** The share of the samples that counts; the same draft leaves out the slowest 5 %. */
const KEPT_SHARE = 0.95;

/** Mean without the slowest 5 %; 0 without samples. */
export function trimmedMean(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  if (sorted.length === 0) return 0;
  return mean(sorted.slice(0, Math.max(1, Math.ceil(KEPT_SHARE * sorted.length))));
}

/** Figures of a set of round trips; nanoseconds. */
export interface LatencyFigures {
  readonly count: number;
  readonly trimmedMean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function latencyFigures(samples: readonly number[]): LatencyFigures {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => (sorted.length === 0 ? 0 : quantileSorted(sorted, share));
  return {
    count: sorted.length,
    trimmedMean: Math.round(trimmedMean(sorted)),
    p50: Math.round(at(0.5)),
    p95: Math.round(at(0.95)),
    max: sorted.at(-1) ?? 0,
  };
}
