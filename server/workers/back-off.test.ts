import { expect, test } from "bun:test";
import { backOffMs } from "./back-off.ts";

test("a worker that keeps exiting soon is replaced after longer and longer waits, up to 10 s", () => {
  let waitMs = 0;
  const waits = Array.from({ length: 9 }, () => (waitMs = backOffMs(waitMs, 50)));
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  expect(backOffMs(10_000, 10_000)).toBe(100);
});
