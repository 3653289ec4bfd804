import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { judge } from "./judge.ts";
import { canReject, FEWEST_PAIRS, SIGNIFICANT_P, smallestP } from "./power.ts";

test.each([
  ["five pairs", 5, 5, true, 2 / 32, false],
  ["six pairs", 6, 6, true, 2 / 64, true],
  ["three and three values", 3, 3, false, 2 / 20, false],
  ["four and four values", 4, 4, false, 2 / 70, true],
  ["one and twenty values", 1, 20, false, 2 / 21, false],
])("%s", (_name, base, head, isPaired, p, can) => {
  expect(smallestP(base, head, isPaired)).toBeCloseTo(p, 10);
  expect(canReject(base, head, isPaired)).toBe(can);
});

test("the fewest pairs are the first number whose test can reject", () => {
  expect(canReject(FEWEST_PAIRS, FEWEST_PAIRS, true)).toBe(true);
  expect(canReject(FEWEST_PAIRS - 1, FEWEST_PAIRS - 1, true)).toBe(false);
});

const values = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("a verdict other than not enough data", () => {
  test("means that a test with that many values could have found a difference, whatever the data", () => {
    fc.assert(
      fc.property(
        values,
        values,
        fc.boolean(),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        (one, two, pairs, part) => {
          const length = Math.min(one.length, two.length);
          const [base, head] = pairs ? [one.slice(0, length), two.slice(0, length)] : [one, two];
          const { verdict, p } = judge({ base, head, isPaired: pairs, better: "lower" }, part);
          if (verdict !== "not enough data") expect(canReject(base.length, head.length, pairs)).toBe(true);
          if (verdict === "slower" || verdict === "faster") expect(p).toBeLessThan(SIGNIFICANT_P);
        },
      ),
      { numRuns: 30 },
    );
  });
});

test("a build that is far slower is found with the fewest pairs, and never with fewer", () => {
  for (let rounds = 1; rounds <= 12; rounds++) {
    const base = Array.from({ length: rounds }, (_, i) => 100 + i);
    const head = base.map((value) => value * 2.8);
    const { verdict } = judge({ base, head, isPaired: true, better: "lower" }, 0.05);
    expect(verdict).toBe(rounds >= FEWEST_PAIRS ? "slower" : "not enough data");
  }
});
