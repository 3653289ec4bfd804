/** How much may be sent; undefined is no limit. */
export interface BudgetLimits {
  readonly messages: number | undefined;
  readonly bytes: number | undefined;
}

/** One of `parts` shares of a whole number, which add up to it; the first shares are larger by 1 where it does not divide. */
export const shareOf = (total: number, index: number, parts: number): number =>
  Math.floor(total / parts) + (index < total % parts ? 1 : 0);

/** Decides whether another message may be sent, until a limit is reached or sending ends. */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #drawSize: () => number;
  #messagesLeft = Number.POSITIVE_INFINITY;
  #bytesLeft = Number.POSITIVE_INFINITY;
  #onSpent: (() => void) | undefined;
  #isClosed = false;

  /**
   * @param drawSize gives the bytes of each message in turn
   * @param onSpent called once, when there is nothing more to send, for good
   */
  constructor(limits: BudgetLimits, drawSize: () => number, onSpent: () => void) {
    this.#limits = limits;
    this.#drawSize = drawSize;
    this.#onSpent = onSpent;
  }

  /** Starts to count towards the limits, beginning with the messages in flight. */
  arm(messagesInFlight: number, bytesInFlight: number): void {
    this.#messagesLeft = (this.#limits.messages ?? Number.POSITIVE_INFINITY) - messagesInFlight;
    this.#bytesLeft = (this.#limits.bytes ?? Number.POSITIVE_INFINITY) - bytesInFlight;
    if (this.isSpent) this.#reportSpent();
  }

  /** Nothing more may be sent. */
  close(): void {
    this.#isClosed = true;
    this.#messagesLeft = 0;
    this.#reportSpent();
  }

  #reportSpent(): void {
    const report = this.#onSpent;
    this.#onSpent = undefined;
    report?.();
  }

  /** Whether nothing more may be sent although no limit was reached. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether there is nothing more to send, for good. */
  get isSpent(): boolean {
    return this.#messagesLeft <= 0 || this.#bytesLeft <= 0;
  }

  /** Bytes of the next message, fewer than drawn where a limit of bytes ends within it; 0 when nothing may be sent. */
  take(): number {
    if (this.isSpent) return 0;
    const bytes = Math.min(this.#drawSize(), this.#bytesLeft);
    this.#messagesLeft--;
    this.#bytesLeft -= bytes;
    if (this.isSpent) this.#reportSpent();
    return bytes;
  }
}
