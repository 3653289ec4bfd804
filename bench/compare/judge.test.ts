import { describe, expect, test } from "bun:test";
import { judge, type Samples } from "./judge.ts";

/** Values that differ from `middle` by at most the part `noise` of it. */
const around = (middle: number, noise: number, count = 10): number[] =>
  Array.from({ length: count }, (_, i) => middle * (1 + noise * Math.sin(i * 12.9898 + middle)));

const compare = (base: readonly number[], head: readonly number[], more: Partial<Samples> = {}) =>
  judge({ base, head, isPaired: false, better: "lower", ...more }, 0.05);

describe("judge", () => {
  test("says slower or faster where ratio, interval and rank test agree, in both directions of better", () => {
    const slow = compare(around(100, 0.02), around(115, 0.02));
    expect(slow).toMatchObject({ verdict: "slower" });
    expect(slow.ratio).toBeCloseTo(1.15, 1);
    expect(slow.interval.low).toBeGreaterThan(1.1);
    expect(compare(around(115, 0.02), around(100, 0.02)).verdict).toBe("faster");
    expect(compare(around(100, 0.02), around(115, 0.02), { better: "higher" }).verdict).toBe("faster");
    expect(compare(around(115, 0.02), around(100, 0.02), { better: "higher" }).verdict).toBe("slower");
  });

  test("says same where the difference is below the threshold and the interval is narrow", () => {
    expect(compare(around(100, 0.02), around(102, 0.02)).verdict).toBe("same");
  });

  test("does not call a small difference slower, however significant it is", () => {
    expect(compare(around(100, 0.001, 20), around(103, 0.001, 20)).verdict).toBe("same");
  });

  test("says that there is not enough data for few or widely scattered values", () => {
    expect(compare([100, 101, 102], [150, 151, 152]).verdict).toBe("not enough data");
    expect(compare(around(100, 0.5), around(110, 0.5)).verdict).toBe("not enough data");
  });

  test("pairs cancel drift", () => {
    const base = Array.from({ length: 12 }, (_, i) => 100 * (1 + i / 5));
    const head = base.map((value, i) => value * (1.1 + 0.01 * Math.sin(i)));
    expect(compare(base, head).verdict).toBe("not enough data");
    expect(compare(base, head, { isPaired: true }).verdict).toBe("slower");
  });

  test("gives the same answer every time", () => {
    expect(compare(around(100, 0.1), around(107, 0.1))).toEqual(compare(around(100, 0.1), around(107, 0.1)));
  });
});
