/** What could not be sent for longer than this is not made up for: the rate would be exceeded for as long. */
const MOST_BEHIND_NS = 100e6;

/** How much is sent at a time, as time at the rate; and at most. */
const PIECE_NS = 2e6;
const MOST_PIECE_BYTES = 64 * 1024;

/** Smaller pieces are mostly headers, and at the slowest rates a piece is no longer than this. */
const SMALL_PIECE_BYTES = 512;
const SLOW_PIECE_NS = 100e6;

/** When bytes may be sent, so that they go at a rate. Times in nanoseconds of the caller's clock. */
export class ByteRate {
  /** sent at a time, unless less is left */
  readonly pieceBytes: number;
  readonly #bytesPerNs: number;
  /** from when the bytes count, and how many were sent since */
  #fromNs: number | undefined;
  #sentBytes = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerNs = bytesPerSecond / 1e9;
    const bytesIn = (ns: number): number => Math.ceil(this.#bytesPerNs * ns);
    const least = Math.min(SMALL_PIECE_BYTES, bytesIn(SLOW_PIECE_NS));
    this.pieceBytes = Math.min(MOST_PIECE_BYTES, Math.max(least, bytesIn(PIECE_NS)));
  }

  /** Whether a piece may be sent now. */
  isDue(nowNs: number): boolean {
    this.#fromNs ??= nowNs - this.pieceBytes / this.#bytesPerNs;
    const missedNs = nowNs - this.dueNs() - MOST_BEHIND_NS;
    if (missedNs > 0) this.#fromNs += missedNs;
    return this.dueNs() <= nowNs;
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  /** When the next piece may be sent. Call `isDue` before. */
  dueNs(): number {
    return (this.#fromNs ?? 0) + (this.#sentBytes + this.pieceBytes) / this.#bytesPerNs;
  }
}
