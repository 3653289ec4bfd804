const SHORTEST_MS = 100;
const LONGEST_MS = 10_000;

/** A worker that ran this long counts as healthy. */
const HEALTHY_MS = 10_000;

/**
 * How long to wait before a worker is replaced: twice as long each time it exits soon after its start.
 * @param previousMs the wait before its start; 0 for the first worker
 * @param ranMs how long it ran
 */
export function backOffMs(previousMs: number, ranMs: number): number {
  if (ranMs >= HEALTHY_MS) return SHORTEST_MS;
  return Math.min(Math.max(SHORTEST_MS, previousMs * 2), LONGEST_MS);
}
