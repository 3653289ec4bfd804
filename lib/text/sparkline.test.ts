import { expect, test } from "bun:test";
import { sparkline } from "./sparkline.ts";

test("the largest value is a full bar, 0 is the lowest, and no value is a gap", () => {
  expect(sparkline([0, 50, null, 100], 10)).toBe("▁▅ █");
  expect(sparkline([0, 0], 10)).toBe("▁▁");
  expect(sparkline([], 10)).toBe("");
});

test("the last values are shown, as many as there is room for", () => {
  expect(sparkline([100, 1, 2], 2)).toBe("▅█");
  expect(sparkline([1, 2], 0)).toBe("");
});
