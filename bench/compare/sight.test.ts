import { expect, test } from "bun:test";
import { around, suiteOf } from "../suite/suite.fixture.ts";
import { judgeAb } from "./ab-outcome.ts";
import { type ComparedMetric, compareVariants } from "./comparison.ts";
import { conclude } from "./conclusion.ts";
import { decisiveMetrics, metrics } from "./metrics.ts";

const suite = suiteOf({ base: around(100_000), head: around(100_000) });
const comparison = compareVariants(suite, 0.05);

/** A metric that could not be judged, with this interval of how much slower it is. */
const undecided =
  (slowDown: readonly [least: number, most: number]) =>
  (row: ComparedMetric): ComparedMetric => {
    const [least, most] = slowDown.map((part) => 1 + part) as [number, number];
    const interval = row.better === "lower" ? { low: least, high: most } : { low: 1 / most, high: 1 / least };
    return { ...row, verdict: "not enough data", interval };
  };
const noisy = undecided([-0.5, 1.34]);
const few = (row: ComparedMetric): ComparedMetric => ({
  ...undecided([0, 0])(row),
  samples: { base: row.samples.base.slice(0, 3), head: row.samples.head.slice(0, 3) },
});
const gone = (): undefined => undefined;

type Change = (row: ComparedMetric) => ComparedMetric | undefined;

test("a load is cleared by its rate and p50, whatever its mode", () => {
  expect([...decisiveMetrics]).toEqual(["messages/s", "connections/s", "data", "upload", "download", "p50"]);
  expect(metrics.filter(({ isDecisive, caution }) => isDecisive && caution !== 1)).toEqual([]);
});

test.each<[string, Readonly<Record<string, Change>>, "no regression" | "inconclusive", string]>([
  ["everything was judged", {}, "no regression", "NO REGRESSION"],
  [
    "the rate is unknown",
    { "messages/s": noisy },
    "inconclusive",
    "small: it varies so much that it may be up to 134 % slower (messages/s)",
  ],
  ["p50 is unknown", { p50: noisy }, "inconclusive", "up to 134 % slower (p50)"],
  [
    "rate and p50 are unknown",
    { "messages/s": noisy, p50: noisy },
    "inconclusive",
    "up to 134 % slower (messages/s), up to 134 % slower (p50)",
  ],
  [
    "the rate may be slower by just the threshold",
    { "messages/s": undecided([0, 0.051]) },
    "inconclusive",
    "up to 5.1 % slower (messages/s)",
  ],
  [
    "the rate is unknown, but not slower",
    { "messages/s": undecided([-0.2, 0.03]) },
    "no regression",
    "small: messages/s may be up to 3 % slower",
  ],
  ["the rate was measured too seldom", { "messages/s": few }, "inconclusive", "a test needs"],
  ["p99 is unknown", { p99: noisy }, "no regression", "small: p99 may be up to 134 % slower"],
  [
    "processor time is unknown",
    { "server CPU": noisy },
    "no regression",
    "small: server CPU may be up to 134 % slower",
  ],
  ["an open loop, which has no rate", { "messages/s": gone }, "no regression", "NO REGRESSION"],
  ["an open loop whose p50 is unknown", { "messages/s": gone, p50: noisy }, "inconclusive", "up to 134 % slower (p50)"],
  ["a stream, which has no latency", { p50: gone, p99: gone }, "no regression", "NO REGRESSION"],
  [
    "only p99 and processor time",
    { "messages/s": gone, p50: gone },
    "inconclusive",
    "small: neither rate nor latency was measured of both",
  ],
])("%s", (_, changes, kind, text) => {
  const rows = comparison.rows.flatMap((row) => {
    const change = changes[row.metric];
    return change ? (change(row) ?? []) : [row];
  });
  const changed = { ...comparison, rows };
  for (const outcome of [conclude(changed), judgeAb({ suite, comparison: changed, confirmation: undefined }, false)]) {
    expect(outcome).toMatchObject({ kind, exitCode: kind === "no regression" ? 0 : 1 });
    expect(outcome.text).toContain(text);
  }
});
