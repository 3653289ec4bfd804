import { median, quantileSorted, sampleWithReplacement } from "simple-statistics";

const RESAMPLES = 10_000;

/** A 95 % confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Park and Miller's generator with a fixed seed, so that the same samples always give the same interval. */
function createRandom(): () => number {
  let state = 20_260_101;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const resample = (values: readonly number[], random: () => number): number[] =>
  sampleWithReplacement([...values], values.length, random);

function percentileInterval(draw: (random: () => number) => number): Interval {
  const random = createRandom();
  const estimates = [...Float64Array.from({ length: RESAMPLES }, () => draw(random)).toSorted()];
  return { low: quantileSorted(estimates, 0.025), high: quantileSorted(estimates, 0.975) };
}

/** Percentile bootstrap of the ratio of medians of two independent samples. */
export const ratioInterval = (base: readonly number[], head: readonly number[]): Interval =>
  percentileInterval((random) => median(resample(head, random)) / median(resample(base, random)));

/** The lowest and the highest of one value or more. */
export const rangeOf = (values: readonly number[]): Interval => ({
  low: Math.min(...values),
  high: Math.max(...values),
});

/** Percentile bootstrap of the median of one sample. */
export const medianInterval = (values: readonly number[]): Interval =>
  percentileInterval((random) => median(resample(values, random)));
