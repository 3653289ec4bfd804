import type { LoopClock } from "../transport/loop-clock.ts";

/**
 * Calls `dial` for every slot at its time.
 * @param timeOf nanoseconds, ascending with the slot
 * @returns what ends it before its time
 */
export function rampUp(
  slots: number,
  timeOf: (slot: number) => number,
  dial: (slot: number) => void,
  loop: Pick<LoopClock, "nowNs" | "after">,
): () => void {
  let next = 0;
  let cancel: (() => void) | undefined;
  const step = (): void => {
    const now = loop.nowNs();
    while (next < slots && timeOf(next) <= now) dial(next++);
    if (next < slots) cancel = loop.after(Math.max(1, Math.ceil((timeOf(next) - now) / 1e6)), step);
  };
  step();
  return () => {
    next = slots;
    cancel?.();
  };
}
