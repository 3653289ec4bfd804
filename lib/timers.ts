/** Calls back later, on the loop that the caller lives on. */
export interface Timers {
  /** Calls back after at least so long. @returns what cancels it */
  after(delayMs: number, action: () => void): () => void;
}

/** A timer takes no longer delay: one that does would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Those of Bun's event loop. */
export const eventLoopTimers: Timers = {
  after(delayMs, action) {
    if (delayMs > LONGEST_MS) {
      let cancel = eventLoopTimers.after(LONGEST_MS, () => {
        cancel = eventLoopTimers.after(delayMs - LONGEST_MS, action);
      });
      return () => cancel();
    }
    const timer = setTimeout(action, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** Calls back again and again until cancelled. @returns what cancels it */
export function repeat(timers: Timers, periodMs: number, action: () => void): () => void {
  let cancel = timers.after(periodMs, next);
  function next(): void {
    cancel = timers.after(periodMs, next);
    action();
  }
  return () => cancel();
}
