import type { Budget } from "./budget.ts";

/** Bytes granted ahead: enough for the socket to be full, and few enough to keep a limit of bytes. */
const AHEAD_BYTES = 1024 * 1024;

/** How much one connection may move one way: what is left of the budget, as fast as it goes. */
export class OneWayTraffic {
  readonly #budget: Budget;
  #grantedBytes = 0;

  /** @param budget hands out pieces of `streamPieceBytes` */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Whether nothing more may be moved: at the end of the window at once, at a limit of bytes when all of them were moved. */
  get isSpent(): boolean {
    return this.#budget.isClosed || (this.#grantedBytes === 0 && this.#budget.isSpent);
  }

  /** @returns bytes that may be moved now; 0 when none */
  offer(): number {
    if (this.#budget.isClosed) return 0;
    while (this.#grantedBytes < AHEAD_BYTES) {
      const bytes = this.#budget.take();
      if (bytes === 0) break;
      this.#grantedBytes += bytes;
    }
    return this.#grantedBytes;
  }

  /**
   * So many bytes were moved.
   * @returns how many of them count: what comes from a server may be more than was granted
   */
  moved(bytes: number): number {
    const counted = Math.min(bytes, this.#grantedBytes);
    this.#grantedBytes -= counted;
    return counted;
  }
}
