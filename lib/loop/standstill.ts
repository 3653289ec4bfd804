/** A loop that may know how long it stood still before it saw what it serves now. */
export interface Standstill {
  /** in nanoseconds; 0 when it did not, undefined where it does not know */
  readonly standstillNs?: number;
}

/** Since when something that is seen now may have been there: since the pause before this look began, if there was one. */
export const seenSince = ({ standstillNs = 0 }: Standstill, nowNs: number): number => nowNs - standstillNs;
