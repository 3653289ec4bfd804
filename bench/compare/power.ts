import { mannWhitneyP } from "./mann-whitney.ts";
import { signedRankP } from "./signed-rank.ts";

/** A difference is significant when the p-value of its rank test is below this. It applies to each metric by itself. */
export const SIGNIFICANT_P = 0.05;

const consecutive = (length: number, first: number): number[] => Array.from({ length }, (_, i) => first + i);

/** The smallest p-value that samples of this size can have: that of samples which do not overlap at all. */
export const smallestP = (base: number, head: number, isPaired: boolean): number =>
  isPaired
    ? signedRankP(consecutive(Math.min(base, head), 1))
    : mannWhitneyP(consecutive(base, 1), consecutive(head, base + 1));

/** Whether a test of samples of this size can find a difference, however large it is. */
export const canReject = (base: number, head: number, isPaired: boolean): boolean =>
  Math.min(base, head) > 0 && smallestP(base, head, isPaired) < SIGNIFICANT_P;

/** The fewest pairs whose test can find a difference: 2 / 2^n has to be below the level. */
export const FEWEST_PAIRS = Math.floor(Math.log2(2 / SIGNIFICANT_P)) + 1;

/** The fewest values on each side whose test can find a difference, where they are not in pairs. */
export const FEWEST_ON_A_SIDE =
  consecutive(FEWEST_PAIRS, 1).find((each) => canReject(each, each, false)) ?? FEWEST_PAIRS;
