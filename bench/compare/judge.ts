import { median } from "simple-statistics";
import { type Interval, medianInterval, ratioInterval } from "./bootstrap.ts";
import { mannWhitneyP } from "./mann-whitney.ts";
import { signedRankP } from "./signed-rank.ts";

/** Fewer measurements of a side than this tell nothing. */
const FEWEST = 4;

const SIGNIFICANT_P = 0.05;

/** An interval wider than so many thresholds on either side leaves the question open. */
const OPEN_THRESHOLDS = 2;

/** What a comparison says of one metric. */
export type Verdict = "faster" | "same" | "slower" | "not enough data";

/** Two samples of one metric. */
export interface Samples {
  readonly base: readonly number[];
  readonly head: readonly number[];
  /** whether the values at each place were measured next to each other, so that drift has hit both alike */
  readonly isPaired: boolean;
  readonly better: "higher" | "lower";
}

/** How two samples differ. */
export interface Difference {
  readonly baseMedian: number;
  readonly headMedian: number;
  /** head to base */
  readonly ratio: number;
  readonly interval: Interval;
  /** of Mann and Whitney's test, of Wilcoxon's signed ranks where there are pairs */
  readonly p: number;
  readonly verdict: Verdict;
}

/** @param excess by how much the ratio is above 1; of what is better when lower, how much slower that is */
function decide(excess: number, low: number, high: number, p: number, threshold: number): Verdict {
  const isSignificant = p < SIGNIFICANT_P && (low > 0 || high < 0);
  if (isSignificant && excess >= threshold) return "slower";
  if (isSignificant && excess <= -threshold) return "faster";
  const open = OPEN_THRESHOLDS * threshold;
  return Math.abs(excess) < threshold && low > -open && high < open ? "same" : "not enough data";
}

/**
 * Compares two samples of at least one value each: the median ratio with its bootstrap interval, the rank test, and
 * what both say together. Slower takes all three: a ratio beyond the threshold, an interval on that side of 1, and
 * ranks that chance does not explain.
 * @param threshold part of the base, such as 0.05, below which a difference counts as noise
 */
export function judge({ base, head, isPaired, better }: Samples, threshold: number): Difference {
  const [baseMedian, headMedian] = [median([...base]), median([...head])];
  const ratios = isPaired ? head.map((value, i) => value / (base[i] ?? Number.NaN)) : [];
  const ratio = isPaired ? median(ratios) : headMedian / baseMedian;
  const interval = isPaired ? medianInterval(ratios) : ratioInterval(base, head);
  // Where pairs take out the drift, ranks of the raw values would put it back.
  const p = isPaired ? signedRankP(ratios.map(Math.log)) : mannWhitneyP(base, head);
  const { low, high } = interval;
  // Of a rate, as much slower is as much more time: 1 / ratio.
  const [excess, least, most] =
    better === "lower" ? [ratio - 1, low - 1, high - 1] : [1 / ratio - 1, 1 / high - 1, 1 / low - 1];
  const isEnough = Math.min(base.length, head.length) >= FEWEST;
  const verdict = isEnough ? decide(excess, least, most, p, threshold) : "not enough data";
  return { baseMedian, headMedian, ratio, interval, p, verdict };
}
