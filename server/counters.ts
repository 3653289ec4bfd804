/** What the server did since it started. */
export interface Counters {
  connections: number;
  active: number;
  peak: number;
  rejected: number;
  timedOut: number;
  errors: number;
  /** of connections that ended */
  bytesIn: number;
  bytesOut: number;
}

/** All zero. */
export const createCounters = (): Counters => ({
  connections: 0,
  active: 0,
  peak: 0,
  rejected: 0,
  timedOut: 0,
  errors: 0,
  bytesIn: 0,
  bytesOut: 0,
});
