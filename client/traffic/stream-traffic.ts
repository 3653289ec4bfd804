import { ByteRate } from "../../lib/payload/byte-rate.ts";
import type { Budget } from "./budget.ts";
import type { Traffic } from "./traffic.ts";

/** Bytes that a stream takes from the budget at a time. @param bytesPerSecond of one connection */
export const streamPieceBytes = (bytesPerSecond: number | undefined): number =>
  bytesPerSecond === undefined ? 64 * 1024 : new ByteRate(bytesPerSecond).pieceBytes;

/** Bytes offered ahead of what the socket has taken: enough to fill it, and few enough to end soon. */
const AHEAD_BYTES = 256 * 1024;

/** Once nothing more is sent, echoes have to come back at this rate at least (1 KiB/s), or a slow server would never end a run. */
const SLOWEST_DRAIN_NS_PER_BYTE = 1e9 / 1_024;

/** Keeps the socket full: as many bytes as it takes, whatever has come back. There are no messages to be timed. */
export class StreamTraffic implements Traffic {
  readonly messagesInFlight = 0;
  readonly jitterNs = 0;
  readonly #budget: Budget;
  readonly #rate: ByteRate | undefined;
  #committedBytes = 0;
  /** whether the socket has taken enough for more to be committed */
  #hasRoom = true;
  #receivedBytes = 0;
  /** when something came back last, or when the first bytes were offered */
  #progressNs: number | undefined;

  /**
   * @param budget hands out pieces of `streamPieceBytes`
   * @param rate at which they are sent; undefined sends as many as go
   */
  constructor(budget: Budget, rate?: ByteRate) {
    this.#budget = budget;
    this.#rate = rate;
  }

  get nextDueNs(): number {
    return this.#rate && this.#hasRoom && !this.isSpent ? this.#rate.dueNs() : Number.POSITIVE_INFINITY;
  }

  get isSpent(): boolean {
    return this.#budget.isSpent;
  }

  get awaitedSinceNs(): number | undefined {
    return this.#receivedBytes < this.#committedBytes ? this.#progressNs : undefined;
  }

  commit(nowNs: number, takenBytes: number): number {
    while (this.#committedBytes - takenBytes < AHEAD_BYTES && this.#rate?.isDue(nowNs) !== false) {
      const bytes = this.#budget.take();
      if (bytes === 0) break;
      this.#rate?.sent(bytes);
      this.#committedBytes += bytes;
    }
    this.#hasRoom = this.#committedBytes - takenBytes < AHEAD_BYTES;
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
