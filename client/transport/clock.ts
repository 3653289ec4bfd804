import { monotonicNs } from "../../lib/posix/monotonic-clock.ts";

/** A thread's monotonic clock and its place in absolute time, by which threads agree on a window. */
export interface Clock {
  /** from an origin of the thread's own */
  readonly nowNs: () => number;
  /** ms since 1970, with fractions */
  toAbsoluteMs(ns: number): number;
  fromAbsoluteMs(ms: number): number;
}

/** This thread's clock. */
export function createClock(): Clock {
  const originMs = performance.timeOrigin + performance.now() - monotonicNs() / 1e6;
  return {
    nowNs: monotonicNs,
    toAbsoluteMs: (ns) => originMs + ns / 1e6,
    fromAbsoluteMs: (ms) => (ms - originMs) * 1e6,
  };
}
