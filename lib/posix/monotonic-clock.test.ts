import { expect, test } from "bun:test";
import { monotonicNs } from "./monotonic-clock.ts";

test("no value is an integer, from the start of the thread on, and none is below an earlier one", () => {
  const values = Array.from({ length: 1_000 }, monotonicNs);
  expect(values.filter(Number.isInteger)).toEqual([]);
  expect(values).toEqual(values.toSorted((one, other) => one - other));
  expect(Math.min(...values)).toBeGreaterThan(2 ** 32);
});

test("it counts nanoseconds", () => {
  const [beforeMs, before] = [performance.now(), monotonicNs()];
  while (performance.now() - beforeMs < 2);
  const [afterMs, after] = [performance.now(), monotonicNs()];
  expect((after - before) / 1e6).toBeWithin(0, afterMs - beforeMs + 1);
  expect(after - before).toBeGreaterThan(1e6);
});
