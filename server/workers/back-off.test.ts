import { expect, test } from "bun:test";
import { backOffMs } from "./back-off.ts";

test("who dies soon again and again waits longer and longer, up to 10 s", () => {
  let waitedMs = 0;
  const waits = Array.from({ length: 9 }, () => (waitedMs = backOffMs(waitedMs, 50)));
  expect(waits).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  expect(backOffMs(10_000, 10_000)).toBe(100);
});
