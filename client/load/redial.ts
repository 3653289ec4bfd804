import type { Timers } from "../../lib/timers.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** How long to wait before a connect, given how many have failed in a row. */
export const redialPauseMs = (failed: number): number =>
  failed === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (failed - 1), LONGEST_PAUSE_MS);

/** Connects slots again whose connection has gone: at once, then after ever longer pauses until it stands. */
export class Redial {
  readonly #dial: (slot: number) => void;
  readonly #failed = new Map<number, number>();
  readonly #timers: Timers;
  /** what cancels each */
  readonly #cancels = new Map<number, () => void>();

  constructor(dial: (slot: number) => void, timers: Timers) {
    this.#dial = dial;
    this.#timers = timers;
  }

  schedule(slot: number): void {
    const failed = this.#failed.get(slot) ?? 0;
    this.#failed.set(slot, failed + 1);
    const dial = (): void => {
      this.#cancels.delete(slot);
      this.#dial(slot);
    };
    this.#cancels.set(slot, this.#timers.after(redialPauseMs(failed), dial));
  }

  /** The slot's connection stands. */
  succeeded(slot: number): void {
    this.#failed.delete(slot);
  }

  /** Connects nothing any more. */
  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
