import { errorFunction } from "simple-statistics";

/** The exact distribution is used for up to this many pairs. */
const EXACT_LIMIT = 40;

/** Ranks by size, starting at 1; equal sizes share their mean rank. */
function ranksOf(sizes: readonly number[]): number[] {
  return sizes.map((size) => {
    const below = sizes.filter((other) => other < size).length;
    const same = sizes.filter((other) => other === size).length;
    return below + (same + 1) / 2;
  });
}

/** How many of the 2^n choices of ranks 1 to n add up to each sum. */
function countSums(n: number): number[] {
  const counts = Array.from({ length: (n * (n + 1)) / 2 + 1 }, () => 0);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = counts.length - 1; sum >= rank; sum--) counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return counts;
}

function exactP(smaller: number, n: number): number {
  const tail = countSums(n)
    .slice(0, Math.floor(smaller) + 1)
    .reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * tail) / 2 ** n);
}

function approximateP(smaller: number, n: number): number {
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
  const z = Math.max(0, (n * (n + 1)) / 4 - smaller - 0.5) / deviation;
  return Math.min(1, 1 - errorFunction(z / Math.SQRT2));
}

/**
 * The two-sided p-value of Wilcoxon's signed-rank test: the probability of differences at least this far to one side if
 * they are symmetric around 0. Exact for up to 40 pairs; differences of 0 are left out.
 */
export function signedRankP(differences: readonly number[]): number {
  const found = differences.filter((difference) => difference !== 0);
  const n = found.length;
  if (n === 0) return 1;
  const ranks = ranksOf(found.map(Math.abs));
  const positive = ranks.reduce((sum, rank, i) => sum + ((found[i] ?? 0) > 0 ? rank : 0), 0);
  const smaller = Math.min(positive, (n * (n + 1)) / 2 - positive);
  return n <= EXACT_LIMIT ? exactP(smaller, n) : approximateP(smaller, n);
}
