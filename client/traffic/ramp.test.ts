import { expect, test } from "bun:test";
import { rampUp } from "./ramp.ts";

/** Runs a ramp on a clock whose timers fire `lateMs` late. */
function ramp(slots: number, gapMs: number, lateMs: number, stopAfter = Number.POSITIVE_INFINITY) {
  let nowMs = 0;
  let timer: { atMs: number; action: () => void } | undefined;
  const connected: number[] = [];
  const clock = {
    nowNs: () => nowMs * 1e6,
    after: (delayMs: number, action: () => void) => {
      timer = { atMs: nowMs + delayMs + lateMs, action };
      return () => (timer = undefined);
    },
  };
  const end = rampUp(
    slots,
    (slot) => slot * gapMs * 1e6,
    () => connected.push(nowMs),
    clock,
  );
  while (timer) {
    const { atMs, action } = timer;
    timer = undefined;
    nowMs = atMs;
    action();
    if (connected.length >= stopAfter) end();
  }
  return connected;
}

test("connects each slot at its time", () => expect(ramp(4, 10, 0)).toEqual([0, 10, 20, 30]));

test("late timers do not add up", () => expect(ramp(5, 10, 3)).toEqual([0, 13, 23, 33, 43]));

test("connects several at a time where they follow each other closely", () => {
  const connected = ramp(100, 0.1, 0);
  expect(connected).toHaveLength(100);
  expect(connected.at(-1)).toBe(10);
});

test("can be ended", () => expect(ramp(9, 10, 0, 3)).toEqual([0, 10, 20]));
