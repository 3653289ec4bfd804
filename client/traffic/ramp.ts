import type { Timers } from "../../lib/timers.ts";

/**
 * Calls `connect` for every slot at its time.
 * @param timeOf nanoseconds, ascending with the slot
 * @returns stops it
 */
export function rampUp(
  slots: number,
  timeOf: (slot: number) => number,
  connect: (slot: number) => void,
  loop: Timers & { readonly nowNs: () => number },
): () => void {
  let next = 0;
  let cancel: (() => void) | undefined;
  const step = (): void => {
    const now = loop.nowNs();
    while (next < slots && timeOf(next) <= now) connect(next++);
    if (next < slots) cancel = loop.after(Math.max(1, Math.ceil((timeOf(next) - now) / 1e6)), step);
  };
  step();
  return () => {
    next = slots;
    cancel?.();
  };
}
