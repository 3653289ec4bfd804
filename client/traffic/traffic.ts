/**
 * What a connection sends, and what it makes of what comes back. It knows positions in the connection's stream, not
 * bytes: the connection offers, compares and counts those.
 */
export interface Traffic {
  /**
   * Commits to what may be sent now.
   * @param takenBytes what the channel has taken so far
   * @returns the position after the last byte that is to be sent
   */
  commit(nowNs: number, takenBytes: number): number;
  /** When to commit again although nothing has come back: when the next message is due; Infinity for never. */
  readonly nextDueNs: number;
  /** All that is committed is offered to the channel now. @param writableSinceNs since when the channel takes bytes */
  offered(nowNs: number, writableSinceNs: number): void;
  /** The stream has come back up to `receivedBytes`. */
  returned(receivedBytes: number, nowNs: number): void;
  /** Whether nothing more will be committed. */
  readonly isSpent: boolean;
  /** Since when an echo is awaited; undefined while none is. */
  readonly awaitedSinceNs: number | undefined;
  readonly messagesInFlight: number;
  /** of successive round trips, nanoseconds; 0 where there were not two */
  readonly jitterNs: number;
}
