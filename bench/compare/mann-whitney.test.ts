import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mannWhitneyP } from "./mann-whitney.ts";

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

describe("the rank test", () => {
  // From the published tables: for 5 and 5 the two-sided p of U = 2 is 0.032, of U = 0 is 0.0079.
  test.each([
    ["5 and 5, all of one larger", range(0, 5), range(10, 5), 2 / 252],
    ["4 and 4, all of one larger", range(0, 4), range(10, 4), 2 / 70],
    ["5 and 5, U = 2", [1, 2, 3, 4, 7], [5, 6, 8, 9, 10], 8 / 252],
    ["3 and 3, interleaved", [1, 3, 5], [2, 4, 6], 0.7],
  ])("exactly: %s", (_name, a, b, p) => expect(mannWhitneyP(a, b)).toBeCloseTo(p, 10));

  test("is the same in both directions, and between 0 and 1", () => {
    const sample = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 25 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const p = mannWhitneyP(a, b);
        expect(p).toBeWithin(0, 1 + 1e-12);
        expect(mannWhitneyP(b, a)).toBeCloseTo(p, 9);
      }),
    );
  });

  test("approximates large samples closely", () => {
    const a = range(0, 20).map((i) => i * 2);
    const b = range(0, 20).map((i) => i * 2 + 7);
    const exact = mannWhitneyP(a, b);
    // One value more on each side leaves the exact method; the shift is the same.
    const approximate = mannWhitneyP([...a, 40], [...b, 47]);
    expect(Math.abs(exact - approximate)).toBeLessThan(0.03);
  });

  test("finds nothing where all values are the same", () => {
    expect(mannWhitneyP([5, 5, 5, 5], [5, 5, 5, 5])).toBe(1);
  });
});
