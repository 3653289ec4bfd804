/** Schedules callbacks on the caller's event loop. */
export interface Timers {
  /**
   * Calls `action` after at least this delay, in ms: at once when it is negative, never when it is infinite.
   * @returns a function that cancels it
   */
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
    // A timer takes 1 ms at least.
    if (delayMs <= 0) {
      const immediate = setImmediate(action);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(action, delayMs);
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
 * Waits for this long, or until `stop` aborts. Leaves neither a timer nor a listener behind.
 * @param timers where it waits; the event loop's by default
 */
export function sleep(ms: number, stop?: AbortSignal, timers: Timers = eventLoopTimers): Promise<void> {
  if (stop?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      stop?.removeEventListener("abort", end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    stop?.addEventListener("abort", end);
  });
}

/**
 * Waits for a promise until `stop` aborts. Leaves no listener behind.
 * @returns undefined when it was stopped before the promise settled; the promise then goes on unwatched
 */
export async function unlessStopped<T>(promise: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
  const stopped = Promise.withResolvers<undefined>();
  const end = (): void => stopped.resolve(undefined);
  if (stop.aborted) end();
  stop.addEventListener("abort", end);
  try {
    return await Promise.race([stopped.promise, promise]);
  } finally {
    stop.removeEventListener("abort", end);
    promise.catch(() => {});
  }
}

/** A signal that aborts when a time is over or a stop comes. Disposing it leaves neither a timer nor a listener behind. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/** Starts a limit of this many ms. */
export function timeLimit(limitMs: number, stop?: AbortSignal): TimeLimit {
  const over = new AbortController();
  const end = (): void => over.abort();
  const cancel = eventLoopTimers.after(limitMs, end);
  stop?.addEventListener("abort", end);
  if (stop?.aborted) end();
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      cancel();
      stop?.removeEventListener("abort", end);
    },
  };
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
  try {
    return await Promise.race([promise.then(() => true), over]);
  } finally {
    cancel();
    signal?.removeEventListener("abort", end);
  }
}
