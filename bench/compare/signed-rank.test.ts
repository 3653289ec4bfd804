import { expect, test } from "bun:test";
import fc from "fast-check";
import { signedRankP } from "./signed-rank.ts";

// Exact by hand: with all differences on one side 2 / 2^n; n = 8 and the smaller sum 3: 5 of 256 choices, twice.
test.each([
  ["five on one side", [1, 2, 3, 4, 5], 2 / 32],
  ["ten on one side", Array.from({ length: 10 }, (_, i) => -i - 1), 2 / 1_024],
  ["the third of eight on the other", [1, 2, -3, 4, 5, 6, 7, 8], 10 / 256],
  ["evenly on both", [1, -2, -3, 4], 1],
  ["no difference at all", [0, 0, 0], 1],
])("exactly: %s", (_name, differences, p) => expect(signedRankP(differences)).toBeCloseTo(p, 10));

test("is the same in both directions, and between 0 and 1", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 60 }),
      (differences) => {
        const p = signedRankP(differences);
        expect(p).toBeWithin(0, 1 + 1e-12);
        expect(signedRankP(differences.map((each) => -each))).toBeCloseTo(p, 9);
      },
    ),
  );
});

test("approximates closely above the limit of the exact method", () => {
  const lopsided = (n: number): number[] => Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1));
  expect(Math.abs(signedRankP(lopsided(40)) - signedRankP(lopsided(41)))).toBeLessThan(0.05);
});
