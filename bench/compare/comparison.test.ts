import { describe, expect, test } from "bun:test";
import type { RunResult } from "../../lib/result/run-result.ts";
import type { Sample } from "../suite/sample.ts";
import type { Suite } from "../suite/suite.ts";
import { type Comparison, compareSides, compareVariants, rowsThatAre } from "./comparison.ts";
import { conclude } from "./conclusion.ts";
import { around, measurementOf, suiteOf } from "../suite/suite.fixture.ts";

const verdicts = (rows: ReadonlyArray<{ metric: string; verdict: string }>) =>
  Object.fromEntries(rows.map(({ metric, verdict }) => [metric, verdict]));

const samplesOf = (suite: Suite): Sample[] =>
  suite.scenarios.flatMap(({ name, load, measurements }) =>
    measurements.map((measurement) => {
      return { source: `${name}, round ${measurement.round}`, scenario: name, load, measurement };
    }),
  );

const side = (name: string, samples: readonly Sample[]) => ({ name, path: `${name}/`, samples });

const compareSuites = (base: Suite, head: Suite, threshold: number): Comparison =>
  compareSides(side("base", samplesOf(base)), [side("head", samplesOf(head))], { threshold }).comparison;

/** Ten results of the client, with the changes of a test. */
function results(rate: number, change: (result: RunResult) => Partial<RunResult> = () => ({})): Sample[] {
  return around(rate).map((each, i) => {
    const measurement = measurementOf(i + 1, "head", each);
    const result = { ...measurement.result, ...change(measurement.result) };
    return { source: `${i}.json`, scenario: undefined, load: "a load", measurement: { ...measurement, result } };
  });
}

const withOptions = (options: object) => results(100_000, (result) => ({ options: { ...result.options, ...options } }));

const compare = (base: readonly Sample[], head: readonly Sample[], across: readonly string[] = []): Comparison =>
  compareSides(side("base", base), [side("head", head)], { threshold: 0.05, across: new Set(across) }).comparison;

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

  test("of two variants pairs each metric by its round, also where some rounds lack it", () => {
    const rates = Array.from({ length: 12 }, (_, i) => 1_000 * (i + 1));
    const suite = suiteOf({ base: rates, head: rates });
    const lacks = new Map([
      ["base", 1],
      ["head", 12],
    ]);
    const [scenario] = suite.scenarios;
    const measurements = scenario?.measurements.map((each) =>
      lacks.get(each.variant) === each.round ? { ...each, serverCpuUs: null } : each,
    );
    const holed = { ...suite, scenarios: scenario ? [{ ...scenario, measurements: measurements ?? [] }] : [] };
    const row = compareVariants(holed, 0.05).rows.find(({ metric }) => metric === "server CPU");
    expect(row).toMatchObject({ ratio: 1, interval: { low: 1, high: 1 } });
    expect(row?.samples.base).toEqual(row?.samples.head ?? []);
    expect(row?.samples.base).toHaveLength(10);
  });

  test("names a decisive metric that only one side has, and does not pass without it", () => {
    const silent = results(100_000, ({ throughput }) => ({ throughput: { ...throughput, messagesPerSecond: 0 } }));
    const comparison = compare(results(100_000), silent);
    expect(comparison.missing).toEqual(["a load, messages/s: not measured of both base and head"]);
    expect(conclude(comparison)).toMatchObject({ kind: "incomplete", exitCode: 1 });
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

describe("results of the client", () => {
  test.each<[string, Partial<RunResult>, string]>([
    ["failed", { verdict: "fail", errors: { total: 2, byKind: { reset: 2 }, first: [] } }, "2 errors (reset 2)"],
    ["was interrupted", { verdict: "interrupted" }, "it was interrupted"],
    [
      "was not verified",
      { options: { mode: "echo", conns: 2, size: 1_024, verify: false } },
      "its bytes were not verified",
    ],
    ["broke a threshold", { expectations: [{ expression: "p99<1ns", actual: 2, ok: false }] }, "broke p99<1ns"],
  ])("that %s is named and left out, and what is left is compared", (_, change, reason) => {
    const [bad] = results(1, () => change);
    const head = [...results(100_000), ...(bad ? [{ ...bad, source: "bad.json" }] : [])];
    const { leftOut, rows } = compare(results(100_000), head);
    expect(leftOut).toEqual([`bad.json: ${reason}`]);
    expect(rows.map(({ verdict }) => verdict)).toEqual(["same", "same", "same", "same", "same"]);
    const nothing = compare(
      results(100_000),
      results(100_000, () => change),
    );
    expect(nothing.rows).toEqual([]);
    expect(nothing.leftOut).toHaveLength(10);
  });

  test.each([
    ["engine", { engine: "epoll" }, { engine: "bun" }, "engine (epoll, bun)"],
    ["threads", {}, { threads: 2 }, "threads (1, 2)"],
    ["arrival", { rate: 10 }, { rate: 10, arrival: "poisson" }, "arrival (constant, poisson)"],
    ["expect-transform", {}, { expectTransform: "uppercase" }, "expect-transform (none, uppercase)"],
    ["rcvbuf", {}, { rcvbuf: 4_096 }, "rcvbuf (none, 4096)"],
    ["think-time", {}, { thinkTime: 5 }, "think-time (none, 5)"],
  ])("of another %s are not compared, unless on purpose", (aspect, one, other, difference) => {
    const [base, head] = [withOptions(one), withOptions(other)];
    const refused = compare(base, head);
    expect(refused.rows).toEqual([]);
    expect(refused.notes).toEqual([`not compared, as a load of base/ and a load of head/ differ in ${difference}`]);
    const meant = compare(base, head, [aspect]);
    expect(meant.rows.length).toBeGreaterThan(3);
    expect(meant.notes).toEqual([`a load: base/ and head/ differ in ${difference}`]);
  });

  test("of two loads on one side are not pooled, also where they may differ", () => {
    const base = [...withOptions({ engine: "bun" }), ...withOptions({ engine: "epoll" })];
    const { rows, notes } = compare(base, withOptions({ engine: "bun" }), ["engine"]);
    expect(rows).toEqual([]);
    expect(notes[0]).toContain("expected one load on each side, found 2 in base/ and 1 in head/");
  });

  test("are compared whatever their seed, label, output and server address", () => {
    const head = results(100_000, ({ options }) => ({
      ...{ seed: 99, labels: { a: "b" } },
      options: { ...options, seed: 99, host: "10.0.0.1", port: 1, json: "x.json", quiet: true },
    }));
    expect(compare(results(100_000), head)).toMatchObject({ notes: [], unmatched: [], leftOut: [] });
  });

  test("of streams are compared by bytes a second only, and connects by connections a second too", () => {
    const totals = { connections: 2, messages: 0, bytesSent: 1e9, bytesReceived: 1e9 };
    const change = ({ rttNs, cpu }: RunResult): Partial<RunResult> => ({
      ...{ totals, rttNs: { ...rttNs, count: 0, p50: 0, p99: 0 }, cpu: { ...cpu, perMessageUs: 0 } },
      options: { mode: "stream", conns: 2, verify: true },
    });
    const withoutServer = results(100_000, change).map((sample) => ({
      ...sample,
      measurement: { ...sample.measurement, serverCpuUs: null },
    }));
    const { rows } = compare(withoutServer, withoutServer);
    expect(rows.map(({ metric, unit, baseMedian }) => [metric, unit, baseMedian])).toEqual([
      ["data", "B/s", 204_800_000],
    ]);
    const churn = withOptions({ mode: "churn" });
    expect(compare(churn, churn).rows.map(({ metric }) => metric)).toContain("connections/s");
  });

  test("of several heads are each compared with the base", () => {
    const heads = [side("b", results(100_000)), side("c", results(50_000))];
    const { comparison } = compareSides(side("a", results(100_000)), heads, { threshold: 0.05 });
    const found = comparison.rows.filter(({ metric }) => metric === "messages/s");
    expect(found.map(({ head, verdict }) => [head, verdict])).toEqual([
      ["b", "same"],
      ["c", "slower"],
    ]);
  });
});

describe("as a gate", () => {
  test("finds what is slower, passes what is not, and says what it could not have told", () => {
    const good = results(100_000);
    expect(conclude(compare(good, results(80_000))).exitCode).toBe(5);
    expect(conclude(compare(good, good))).toMatchObject({ verdict: "NO REGRESSION", reasons: [], exitCode: 0 });
    const few = conclude(compare(good.slice(0, 1), results(50_000)));
    expect(few.text).toContain("1 and 10 results; a test needs at least 4 on each side");
    expect(few.exitCode).toBe(1);
    const failed = results(100_000, () => ({ verdict: "fail" }));
    const other = results(100_000, ({ options }) => ({ options: { ...options, conns: 1 } }));
    expect(conclude(compare([...good, ...other], [...failed, ...other])).text).toContain("without a counterpart");
  });
});
