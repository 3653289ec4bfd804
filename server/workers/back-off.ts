const SHORTEST_MS = 100;
const LONGEST_MS = 10_000;

/** A worker that lived this long was well. */
const WELL_MS = 10_000;

/**
 * How long to wait before a worker is replaced: twice as long every time it dies soon.
 * @param previousMs what was waited before it was started; 0 for the first one
 * @param livedMs how long it was there
 */
export function backOffMs(previousMs: number, livedMs: number): number {
  if (livedMs >= WELL_MS) return SHORTEST_MS;
  return Math.min(Math.max(SHORTEST_MS, previousMs * 2), LONGEST_MS);
}
