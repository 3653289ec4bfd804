/** The limits of an exponential back-off. */
export interface Backoff {
  /** the pause after one failure */
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to pause before the next attempt: doubled with each failure, up to the longest.
 * @param failures in a row; after none, the next attempt is made at once
 */
export const backoffMs = (failures: number, { firstMs, longestMs }: Backoff): number =>
  failures <= 0 ? 0 : Math.min(firstMs * 2 ** (failures - 1), longestMs);
