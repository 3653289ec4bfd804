import fc from "fast-check";
import { LatencyHistogram } from "./histogram.ts";

/** Latencies in nanoseconds, up to the largest that is counted. */
export const latencies = fc.array(fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 60e9 })), {
  minLength: 1,
  maxLength: 300,
});

/** A histogram of these values. */
export function recorded(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}
