import type { Budget } from "./budget.ts";
import type { Traffic } from "./traffic.ts";

/** Bytes that a stream takes from the budget at a time. */
export const STREAM_PIECE_BYTES = 64 * 1024;

/** Bytes offered ahead of what the socket has taken: enough to fill it, and few enough to end soon. */
const AHEAD_BYTES = 256 * 1024;

/** Once nothing more is sent, echoes have to come back at this rate at least (1 KiB/s), or a slow server would never end a run. */
const SLOWEST_DRAIN_NS_PER_BYTE = 1e9 / 1_024;

/** Keeps the socket full: as many bytes as it takes, whatever has come back. There are no messages to be timed. */
export class StreamTraffic implements Traffic {
  readonly messagesInFlight = 0;
  readonly jitterNs = 0;
  readonly nextDueNs = Number.POSITIVE_INFINITY;
  readonly #budget: Budget;
  #committedBytes = 0;
  #receivedBytes = 0;
  /** when something came back last, or when the first bytes were offered */
  #progressNs: number | undefined;

  /** @param budget hands out pieces of `STREAM_PIECE_BYTES` */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get isSpent(): boolean {
    return this.#budget.isSpent;
  }

  get awaitedSinceNs(): number | undefined {
    return this.#receivedBytes < this.#committedBytes ? this.#progressNs : undefined;
  }

  commit(_nowNs: number, takenBytes: number): number {
    while (this.#committedBytes - takenBytes < AHEAD_BYTES) {
      const bytes = this.#budget.take();
      if (bytes === 0) break;
      this.#committedBytes += bytes;
    }
    return this.#committedBytes;
  }

  offered(nowNs: number): void {
    this.#progressNs ??= nowNs;
  }

  returned(receivedBytes: number, nowNs: number): void {
    const progressNs = this.#progressNs ?? nowNs;
    const addedBytes = receivedBytes - this.#receivedBytes;
    this.#receivedBytes = receivedBytes;
    this.#progressNs = this.isSpent ? Math.min(nowNs, progressNs + addedBytes * SLOWEST_DRAIN_NS_PER_BYTE) : nowNs;
  }
}
