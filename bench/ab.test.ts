import { expect, test } from "bun:test";
import { describeOutcome, outcomeCode } from "./ab.ts";
import { compareVariants } from "./compare/comparison.ts";
import { around, suiteOf } from "./suite/suite.fixture.ts";

const signal = new AbortController().signal;
const suite = suiteOf({ base: around(100_000), head: around(80_000) });
const slower = { suite, comparison: compareVariants(suite, 0.05), regressions: ["small: p50"] };
const unconfirmed = { ...slower, regressions: [] };

test("a confirmed regression is named and exits with 5", () => {
  expect(describeOutcome(slower, signal)).toBe("REGRESSION  slower in two runs: small: p50");
  expect(outcomeCode(slower, signal)).toBe(5);
});

test("an unconfirmed regression is mentioned and exits with 0", () => {
  expect(describeOutcome(unconfirmed, signal)).toContain("small: p50");
  expect(describeOutcome(unconfirmed, signal)).toContain("did not confirm");
  expect(outcomeCode(unconfirmed, signal)).toBe(0);
});

test("a missing measurement fails, Ctrl+C interrupts", () => {
  const holes = { ...unconfirmed, suite: { ...suite, missing: ["small (head), round 1: exit code 1"] } };
  expect(outcomeCode(holes, signal)).toBe(1);
  expect(describeOutcome(holes, signal)).toBe("INCOMPLETE  1 measurement could not be made");
  expect(describeOutcome(unconfirmed, AbortSignal.abort())).toBe("INTERRUPTED  nothing is judged");
  expect(outcomeCode(slower, AbortSignal.abort())).toBe(130);
});
