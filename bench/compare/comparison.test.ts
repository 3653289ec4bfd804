import { describe, expect, test } from "bun:test";
import { compareSuites, compareVariants, rowsThatAre } from "./comparison.ts";
import { around, measurementOf, suiteOf } from "../suite/suite.fixture.ts";

const verdicts = (rows: ReadonlyArray<{ metric: string; verdict: string }>) =>
  Object.fromEntries(rows.map(({ metric, verdict }) => [metric, verdict]));

describe("a comparison", () => {
  test("of two suites judges every metric, and tails with a higher threshold", () => {
    const comparison = compareSuites(suiteOf({ head: around(100_000) }), suiteOf({ head: around(88_000) }), 0.05);
    expect(verdicts(comparison.rows)).toEqual({
      "messages/s": "slower",
      p50: "slower",
      p99: "same",
      "server CPU": "slower",
      "client CPU": "slower",
    });
    expect(comparison.isPaired).toBe(false);
  });

  test("of two variants compares pairs of the same round", () => {
    const drift = (factor: number): number[] => Array.from({ length: 12 }, (_, i) => (100_000 / (1 + i / 5)) * factor);
    const jitter = drift(0.9).map((rate, i) => rate * (1 + 0.01 * Math.sin(i)));
    const comparison = compareVariants(suiteOf({ base: drift(1), head: jitter }), 0.05);
    expect(verdicts(comparison.rows)["messages/s"]).toBe("slower");
    expect(comparison.isPaired).toBe(true);
  });

  test("leaves out a round that only one variant has", () => {
    const suite = suiteOf({ base: around(100_000), head: around(100_000) });
    suite.scenarios[0]?.measurements.push(measurementOf(11, "head", 1));
    const [row] = compareVariants(suite, 0.05).rows;
    expect(row?.samples.head).toHaveLength(10);
    expect(rowsThatAre(compareVariants(suite, 0.05), "slower")).toEqual([]);
  });

  test("names scenarios that only one side has", () => {
    const other = suiteOf({ head: around(1) });
    const [scenario] = other.scenarios;
    const renamed = { ...other, scenarios: scenario ? [{ ...scenario, name: "large" }] : [] };
    const comparison = compareSuites(suiteOf({ head: around(1) }), renamed, 0.05);
    expect(comparison.rows).toEqual([]);
    expect(comparison.unmatched).toEqual(["small", "large"]);
  });
});
