import { median } from "simple-statistics";
import { type Interval, medianInterval, ratioInterval } from "./bootstrap.ts";
import { mannWhitneyP } from "./mann-whitney.ts";
import { canReject, SIGNIFICANT_P } from "./power.ts";
import { signedRankP } from "./signed-rank.ts";

/** "same" takes an interval that stays within this many thresholds on either side of 1. */
const OPEN_THRESHOLDS = 2;

/** Everything that a comparison can say of a metric. */
export const verdicts = ["faster", "same", "slower", "not enough data"] as const;

/** What a comparison says of one metric. */
export type Verdict = (typeof verdicts)[number];

/** Two samples of one metric. */
export interface Samples {
  readonly base: readonly number[];
  readonly head: readonly number[];
  /** whether values with the same index were measured next to each other, so that drift affects both alike */
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
  /** two-sided, from Wilcoxon's signed-rank test for pairs, else from Mann and Whitney's test */
  readonly p: number;
  readonly verdict: Verdict;
}

/** @param excess how much slower the head is, as a part of the base; `low` and `high` are the ends of its interval */
function decide(excess: number, low: number, high: number, p: number, threshold: number): Verdict {
  const isSignificant = p < SIGNIFICANT_P && (low > 0 || high < 0);
  if (isSignificant && excess >= threshold) return "slower";
  if (isSignificant && excess <= -threshold) return "faster";
  const open = OPEN_THRESHOLDS * threshold;
  return Math.abs(excess) < threshold && low > -open && high < open ? "same" : "not enough data";
}

/**
 * Compares two samples with at least one value each. "slower" needs all of: a ratio beyond the threshold, a bootstrap
 * interval on that side of 1, and a significant rank test.
 * @param threshold part of the base, such as 0.05, below which a difference counts as noise
 */
export function judge({ base, head, isPaired, better }: Samples, threshold: number): Difference {
  const [baseMedian, headMedian] = [median([...base]), median([...head])];
  const ratios = isPaired ? head.map((value, i) => value / (base[i] ?? Number.NaN)) : [];
  const ratio = isPaired ? median(ratios) : headMedian / baseMedian;
  const interval = isPaired ? medianInterval(ratios) : ratioInterval(base, head);
  // Ratios of pairs are free of drift; ranks of the raw values would not be.
  const p = isPaired ? signedRankP(ratios.map(Math.log)) : mannWhitneyP(base, head);
  const { low, high } = interval;
  // A rate that is lower by some factor means that a message takes longer by that factor: 1 / ratio.
  const [excess, least, most] =
    better === "lower" ? [ratio - 1, low - 1, high - 1] : [1 / ratio - 1, 1 / high - 1, 1 / low - 1];
  const isEnough = canReject(base.length, head.length, isPaired);
  const verdict = isEnough ? decide(excess, least, most, p, threshold) : "not enough data";
  return { baseMedian, headMedian, ratio, interval, p, verdict };
}
