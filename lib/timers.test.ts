import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { eventLoopTimers } from "./timers.ts";

const DAY_MS = 86_400_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function pass(days: number): void {
  for (let day = 0; day < days; day++) jest.advanceTimersByTime(DAY_MS);
}

test("a delay of weeks, longer than setTimeout takes, is kept", () => {
  let calls = 0;
  eventLoopTimers.after(60 * DAY_MS, () => calls++);
  pass(59);
  expect(calls).toBe(0);
  pass(2);
  expect(calls).toBe(1);
});

test("such a delay can be cancelled at any time", () => {
  let calls = 0;
  const cancel = eventLoopTimers.after(60 * DAY_MS, () => calls++);
  pass(30);
  cancel();
  pass(60);
  expect(calls).toBe(0);
});
