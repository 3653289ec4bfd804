import { expect, test } from "bun:test";
import { around, suiteOf } from "../suite/suite.fixture.ts";
import { type AbRuns, judgeAb, type Judged } from "./ab-outcome.ts";
import { compareVariants } from "./comparison.ts";
import { FEWEST_PAIRS } from "./power.ts";

type Rates = readonly number[];

const judged = (base: Rates, head: Rates, missing: string[] = []): Judged => {
  const suite = { ...suiteOf({ base, head }), missing };
  return { suite, comparison: compareVariants(suite, 0.05) };
};
const runs = (first: Judged, confirmation?: Judged): AbRuns => ({ ...first, confirmation });

const even = around(100_000);
const slow = around(80_000);
const few = (rates: Rates): Rates => rates.slice(0, FEWEST_PAIRS - 1);
/** The head is up to three times as fast or as slow. */
const noisy = even.map((rate, i) => rate * (i % 2 === 0 ? 3 : 1 / 3));

test.each<[string, AbRuns, ReturnType<typeof judgeAb>["kind"], number, string]>([
  [
    "slower twice",
    runs(judged(even, slow), judged(even, slow)),
    "regression",
    5,
    "REGRESSION  slower in two runs: small: messages/s, small: p50",
  ],
  [
    "slower twice, in spite of a failed round",
    runs(judged(even, slow, ["small (head), round 1: exit code 1"]), judged(even, slow)),
    "regression",
    5,
    "1 measurement could not be made",
  ],
  [
    "slower, which a second run refuted",
    runs(judged(even, slow), judged(even, even)),
    "no regression",
    0,
    "looked slower, which a second run refuted",
  ],
  [
    "slower, and a second run that varies too much",
    runs(judged(even, slow), judged(even, noisy)),
    "inconclusive",
    1,
    "small: p50: slower, and a second run could not tell",
  ],
  [
    "slower, and a second run that is too short",
    runs(judged(even, slow), judged(few(even), few(slow))),
    "inconclusive",
    1,
    "a second run could not tell",
  ],
  [
    "slower, and a second run that failed",
    runs(judged(even, slow), judged([], [], ["small (head), round 1: exit code 1"])),
    "incomplete",
    1,
    "1 measurement could not be made",
  ],
  ["slower, and no second run", runs(judged(even, slow)), "inconclusive", 1, "a second run could not tell"],
  ["the same", runs(judged(even, even)), "no regression", 0, "NO REGRESSION"],
  ["faster", runs(judged(slow, even)), "no regression", 0, "NO REGRESSION"],
  [
    "2.8 times slower, in too few rounds",
    runs(judged(few(even), few(even.map((rate) => rate / 2.8)))),
    "inconclusive",
    1,
    "small: 5 pairs measured, a test needs 6",
  ],
  [
    "the same, in too few rounds",
    runs(judged(few(even), few(even))),
    "inconclusive",
    1,
    "small: 5 pairs measured, a test needs 6",
  ],
  ["one round", runs(judged([1], [1])), "inconclusive", 1, "small: 1 pair measured, a test needs 6"],
  [
    "too few rounds left after failures",
    runs(judged(even, few(even), ["a", "b", "c", "d", "e"])),
    "incomplete",
    1,
    "5 measurements could not be made: a, and 4 more\n  small: 5 pairs measured, a test needs 6",
  ],
  [
    "a base that always failed",
    runs(judged([], even, ["small (base), round 1: exit code 1"])),
    "incomplete",
    1,
    "small: no round was measured of both",
  ],
  [
    "a head that never started",
    runs(judged(even, [], ["small (head), round 1: the server did not start"])),
    "incomplete",
    1,
    "the server did not start",
  ],
  ["nothing at all", runs(judged([], [])), "inconclusive", 1, "small: no round was measured of both"],
  [
    "so much noise that nothing could be seen",
    runs(judged(even, noisy)),
    "inconclusive",
    1,
    "small: it varies so much that it may be up to",
  ],
])("%s", (_name, measured, kind, exitCode, text) => {
  const outcome = judgeAb(measured, false);
  expect(outcome).toMatchObject({ kind, exitCode });
  expect(outcome.text).toContain(text);
  expect(judgeAb(measured, true)).toMatchObject({ kind: "interrupted", exitCode: 130 });
});

test("processor time alone does not clear a scenario: it does not show a server that waits", () => {
  const { suite, comparison } = judged(even, noisy);
  const rows = comparison.rows.map((row) => (row.unit === "us" ? { ...row, verdict: "same" as const } : row));
  expect(judgeAb({ suite, comparison: { ...comparison, rows }, confirmation: undefined }, false).kind).toBe(
    "inconclusive",
  );
});

test("metrics that could not be judged are named beside a verdict", () => {
  const { suite, comparison } = judged(even, even);
  const rows = comparison.rows.map((row) =>
    row.metric === "p99" ? { ...row, verdict: "not enough data" as const, interval: { low: 0.5, high: 1.4 } } : row,
  );
  const { text } = judgeAb({ suite, comparison: { ...comparison, rows }, confirmation: undefined }, false);
  expect(text).toBe("NO REGRESSION\n  small: p99 may be up to 40 % slower");
});
