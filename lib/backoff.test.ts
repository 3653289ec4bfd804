import { expect, test } from "bun:test";
import { backoffMs } from "./backoff.ts";

const limits = { firstMs: 100, longestMs: 10_000 };

test("the pause doubles with each failure in a row, up to the longest", () => {
  const failures = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const pauses = [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000];
  expect(failures.map((each) => backoffMs(each, limits))).toEqual(pauses);
});

test("without a failure there is no pause", () => {
  expect(backoffMs(0, limits)).toBe(0);
});

test("no number of failures leads past the longest pause", () => {
  expect(backoffMs(1e6, limits)).toBe(10_000);
  expect(backoffMs(Number.MAX_SAFE_INTEGER, { firstMs: 500, longestMs: 500 })).toBe(500);
});
