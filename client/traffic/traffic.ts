/**
 * What a connection sends, and what it makes of what comes back. It knows positions in the connection's stream, not
 * bytes: the connection offers, compares and counts those.
 */
export interface Traffic {
  /**
   * Commits to what may be sent now.
   * @param sentBytes what the socket has taken so far
   * @returns the position after the last byte that is to be sent
   */
  commit(nowNs: number, sentBytes: number): number;
  /** All that is committed is offered to the socket now. */
  offered(nowNs: number): void;
  /** The stream has come back up to `receivedBytes`. */
  returned(receivedBytes: number, nowNs: number): void;
  /** Whether nothing will be committed any more. */
  readonly isSpent: boolean;
  /** Since when an echo is awaited; undefined while none is. */
  readonly awaitedSinceNs: number | undefined;
  readonly messagesInFlight: number;
  /** of successive round trips, nanoseconds; 0 where there were not two */
  readonly jitterNs: number;
}
