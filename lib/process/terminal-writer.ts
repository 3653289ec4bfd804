import { eventLoopTimers, type Timers } from "../timers.ts";

/** Bytes that are written before other work gets its turn. */
const TURN_BYTES = 64 * 1024;

/** With more than this waiting, further text is lost. */
const WAITING_LIMIT_BYTES = 8 * 1024 * 1024;

/** How long a terminal that took something is left alone, and one that takes nothing at most. */
const SOON_MS = 1;
const LATEST_MS = 50;

/** Writes what a terminal takes now, and never waits. @returns the bytes that it took. @throws a system error */
export type WriteSome = (bytes: Uint8Array) => number;

interface WaitingText {
  rest: Uint8Array;
  readonly settle: (error: Error | undefined) => void;
}

/**
 * Writes text to a terminal in order. One that takes nothing, because its user pressed Ctrl+S or nobody reads it, keeps
 * the text waiting but not the program.
 */
export class TerminalWriter {
  readonly #writeSome: WriteSome;
  readonly #timers: Timers;
  readonly #waiting: WaitingText[] = [];
  #waitingBytes = 0;
  #pauseMs = SOON_MS;

  constructor(writeSome: WriteSome, timers: Timers = eventLoopTimers) {
    this.#writeSome = writeSome;
    this.#timers = timers;
  }

  /** whether earlier text still waits for the terminal */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Settles, once the text and all before it is written or lost, with the error that lost it. Never rejects. */
  write(text: string): Promise<Error | undefined> {
    if (this.#waitingBytes > WAITING_LIMIT_BYTES) return Promise.resolve(new Error("the terminal takes no output"));
    const { promise, resolve: settle } = Promise.withResolvers<Error | undefined>();
    const rest = Buffer.from(text);
    this.#waitingBytes += rest.length;
    if (this.#waiting.push({ rest, settle }) === 1) this.#writeWaiting();
    return promise;
  }

  #writeWaiting(): void {
    let taken = 0;
    while (this.#waiting[0] && taken < TURN_BYTES) {
      const some = this.#writeFirst(this.#waiting[0], TURN_BYTES - taken);
      if (some === undefined) break;
      taken += some;
    }
    if (!this.isWaiting) return;
    this.#pauseMs = taken > 0 ? SOON_MS : Math.min(2 * this.#pauseMs, LATEST_MS);
    this.#timers.after(this.#pauseMs, () => this.#writeWaiting());
  }

  /** @returns the bytes that the terminal took, undefined when it takes nothing now */
  #writeFirst(text: WaitingText, limit: number): number | undefined {
    try {
      const some = text.rest.length === 0 ? 0 : this.#writeSome(text.rest.subarray(0, limit));
      if (some === 0 && text.rest.length > 0) return undefined;
      text.rest = text.rest.subarray(some);
      this.#waitingBytes -= some;
      if (text.rest.length === 0) this.#settleFirst(text, undefined);
      return some;
    } catch (error) {
      this.#settleFirst(text, error as Error);
      return 0;
    }
  }

  #settleFirst(text: WaitingText, error: Error | undefined): void {
    this.#waiting.shift();
    this.#waitingBytes -= text.rest.length;
    text.settle(error);
  }
}
