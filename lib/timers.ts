/** Schedules callbacks on the caller's event loop. */
export interface Timers {
  /** Calls `action` after at least this delay. @returns a function that cancels it */
  after(delayMs: number, action: () => void): () => void;
}

/** The longest delay of `setTimeout`: a longer one fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The timers of Bun's event loop. */
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

/** Calls `action` once a period until cancelled. @returns a function that cancels it */
export function repeat(timers: Timers, periodMs: number, action: () => void): () => void {
  let cancel = timers.after(periodMs, next);
  function next(): void {
    cancel = timers.after(periodMs, next);
    action();
  }
  return () => cancel();
}

/**
 * Waits for a promise for so long, or until the signal aborts, if there is one.
 * @returns whether the promise settled; false when the wait ended first
 */
export async function within(
  promise: Promise<unknown>,
  ms: number,
  signal?: AbortSignal,
  timers: Timers = eventLoopTimers,
): Promise<boolean> {
  if (signal?.aborted) return false;
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const end = (): void => resolve(false);
  const cancel = timers.after(ms, end);
  signal?.addEventListener("abort", end, { once: true });
  const hasSettled = await Promise.race([promise.then(() => true), over]);
  cancel();
  signal?.removeEventListener("abort", end);
  return hasSettled;
}
