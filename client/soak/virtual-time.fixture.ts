import type { Timers } from "../../lib/timers.ts";

/** A clock that a test advances. Timers fire in the order in which they are due. */
export class VirtualTime implements Timers {
  #nowMs = Date.UTC(2026, 0, 1);
  #due: Array<{ readonly atMs: number; readonly action: () => void }> = [];

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, action: () => void): (() => void) => {
    const entry = { atMs: this.#nowMs + delayMs, action };
    const place = this.#due.findIndex(({ atMs }) => atMs > entry.atMs);
    this.#due.splice(place < 0 ? this.#due.length : place, 0, entry);
    return () => {
      const at = this.#due.indexOf(entry);
      if (at >= 0) this.#due.splice(at, 1);
    };
  };

  /** Advances the clock and fires everything that is due on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#due[0];
      if (!next || next.atMs > untilMs) break;
      this.#due.shift();
      this.#nowMs = next.atMs;
      next.action();
    }
    this.#nowMs = untilMs;
  }
}
