import { describe, expect, test } from "bun:test";
import { createRandom } from "../../lib/payload/random.ts";
import { afterWarmUp, type Point, slopeOf } from "./slope.ts";

const series = (valueAt: (second: number) => number, seconds = 600): Point[] =>
  Array.from({ length: seconds }, (_, second) => ({ ms: second * 1_000, value: valueAt(second) }));

describe("slopeOf", () => {
  test.each([
    ["a constant", () => 5e7, false, 0],
    ["a straight line of 1 MB a minute", (second: number) => 5e7 + (second / 60) * 1e6, true, 60e6],
    ["a fall", (second: number) => 5e7 - second * 1e4, false, -36e6],
    ["a single peak", (second: number) => (second === 300 ? 9e8 : 5e7), false, 0],
  ])("%s", (_, valueAt, isRising, perHour) => {
    const slope = slopeOf(series(valueAt));
    expect(slope?.isRising).toBe(isRising);
    expect(slope?.perHour).toBeCloseTo(perHour, -3);
  });

  test("noise around a constant does not rise, and its interval contains zero", () => {
    const random = createRandom(7);
    const slope = slopeOf(series(() => 5e7 + random() * 1e7));
    expect(slope?.isRising).toBe(false);
    expect(slope?.lowPerHour).toBeLessThan(0);
    expect(slope?.highPerHour).toBeGreaterThan(0);
  });

  test("a leak is seen through noise", () => {
    const random = createRandom(7);
    expect(slopeOf(series((second) => 5e7 + second * 5e4 + random() * 1e7))?.isRising).toBe(true);
  });

  test("few points have none", () => {
    expect(slopeOf(series(() => 1, 9))).toBeUndefined();
  });

  test("the first tenth of the time is warm-up", () => {
    expect(afterWarmUp(series(() => 1, 101))[0]?.ms).toBe(10_000);
    expect(afterWarmUp([])).toEqual([]);
  });
});
