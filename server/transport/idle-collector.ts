import { repeat, type Timers } from "../../lib/timers.ts";

/** How often it looks whether something has happened. */
const PERIOD_MS = 1_000;

/** Looks without an event, after which the loop counts as idle. */
const IDLE_LOOKS = 2;

const collectGarbage = (): void => Bun.gc(true);

/**
 * Collects the garbage of an epoll loop when its connections are silent after they were not: the loop waits in the kernel,
 * where Bun's own collector does not get to run. While bytes move it never does, as a collection holds them up for some ms.
 * @param events counts what has happened in the loop so far
 * @returns a function that ends it
 */
export function collectWhenIdle(timers: Timers, events: () => number, collect = collectGarbage): () => void {
  let seen = events();
  let looks = 0;
  let isDue = false;
  return repeat(timers, PERIOD_MS, () => {
    const now = events();
    looks = now === seen ? looks + 1 : 0;
    isDue ||= now !== seen;
    seen = now;
    if (!isDue || looks < IDLE_LOOKS) return;
    isDue = false;
    collect();
  });
}
