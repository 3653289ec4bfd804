import { expect, test } from "bun:test";
import { wallLeadMs } from "./wall-clock.ts";

/** Clocks of which the wall clock is so far ahead. Each reading takes 10 µs; some are interrupted for longer. */
function clocks(aheadMs: number, interruptions: readonly number[] = []) {
  let nowMs = 5_000.123;
  let readings = 0;
  const read = (): number => (nowMs += 0.01 + (interruptions[readings++] ?? 0));
  return [() => Math.floor(read() + aheadMs), read] as const;
}

test("a wall clock that nobody has set is not ahead, whatever interrupts the reading", () => {
  expect(wallLeadMs(...clocks(0))).toBe(0);
  expect(wallLeadMs(...clocks(0, [0, 0, 0, 3]))).toBe(0);
});

test.each([3_000, -3_000, 7.25])("a wall clock that was set is ahead by %d ms", (aheadMs) => {
  expect(wallLeadMs(...clocks(aheadMs))).toBeWithin(aheadMs - 0.05, aheadMs + 0.001);
  expect(wallLeadMs(...clocks(aheadMs, [0, 0, 0, 0.5, 0, 0.7]))).toBeWithin(aheadMs - 0.05, aheadMs + 0.001);
});

test("a wall clock that stands still ends the reading too", () => {
  expect(wallLeadMs(() => 0, clocks(0)[1])).toBeLessThan(-5_000);
});
