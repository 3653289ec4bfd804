import { errorFunction, wilcoxonRankSum } from "simple-statistics";

/** The exact distribution is used for samples up to this size. */
const EXACT_LIMIT = 20;

/** Mann and Whitney's U: how often a value of `first` is larger than one of `second`, a tie counting a half. */
const statisticOf = (first: readonly number[], second: readonly number[]): number =>
  wilcoxonRankSum(first, second) - (first.length * (first.length + 1)) / 2;

/** How many of all orders of `n` and `m` distinct values have each U (recurrence of Mann and Whitney 1947). */
function countOrders(n: number, m: number): number[] {
  // Of i and j values, the largest is in the first sample, where it adds j to U, or in the second, where it adds nothing.
  let rows = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i++) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= m; j++) {
      const counts = Array.from({ length: i * j + 1 }, () => 0);
      rows[j]?.forEach((count, u) => (counts[u + j] = (counts[u + j] ?? 0) + count));
      next[j - 1]?.forEach((count, u) => (counts[u] = (counts[u] ?? 0) + count));
      next.push(counts);
    }
    rows = next;
  }
  return rows[m] ?? [1];
}

function exactP(u: number, n: number, m: number): number {
  const counts = countOrders(n, m);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const extreme = Math.min(u, n * m - u);
  const tail = counts.slice(0, Math.floor(extreme) + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * tail) / total);
}

function tieSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()].filter((size) => size > 1);
}

/** Normal approximation with corrections for ties and continuity. */
function approximateP(u: number, n: number, m: number, ties: readonly number[]): number {
  const all = n + m;
  const tied = ties.reduce((sum, size) => sum + size ** 3 - size, 0) / (all * (all - 1));
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - tied));
  if (deviation === 0) return 1;
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation;
  return Math.min(1, 1 - errorFunction(z / Math.SQRT2));
}

/**
 * The two-sided p-value of Mann and Whitney's rank test: the probability of samples at least this far apart if both
 * come from one distribution. Exact for small samples without ties.
 */
export function mannWhitneyP(first: readonly number[], second: readonly number[]): number {
  const u = statisticOf(first, second);
  const ties = tieSizes([...first, ...second]);
  const isSmall = first.length <= EXACT_LIMIT && second.length <= EXACT_LIMIT;
  return isSmall && ties.length === 0
    ? exactP(u, first.length, second.length)
    : approximateP(u, first.length, second.length, ties);
}
