import { describe, expect, test } from "bun:test";
import { type AbRuns, judgeAb } from "../compare/ab-outcome.ts";
import { withOutcome } from "../compare/conclusion.ts";
import { compareVariants } from "../compare/comparison.ts";
import { type Format, formats, renderReport } from "./formats.ts";
import { resultOf } from "../../lib/result/run-result.fixture.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { around, suiteOf } from "../suite/suite.fixture.ts";

const suite = suiteOf({ base: around(100_000), head: around(80_000) });
const comparison = compareVariants(suite, 0.05);
const render = (format: Format): string => renderReport({ suite, comparison }, format);

describe("a report", () => {
  test.each([...formats])("as %s is not empty, with and without a comparison", (format) => {
    expect(render(format).length).toBeGreaterThan(50);
    expect(renderReport({ suite, comparison: undefined }, format).length).toBeGreaterThan(50);
  });

  test("for benchstat has a line of Go's benchmark format for each measurement", () => {
    const lines = render("benchstat").trimEnd().split("\n");
    const measured = lines.filter((line) => line.startsWith("Benchmark"));
    expect(measured).toHaveLength(20);
    // https://go.dev/design/14313-benchmark-format: name, iterations, then pairs of value and unit.
    for (const line of measured) expect(line).toMatch(/^BenchmarkEcho\/small-\d+ \d+( [\d.e+]+ [^\s\d]\S*)+$/);
    expect(lines.filter((line) => /^[a-z]+: .+$/.test(line))).toContain("variant: head");
  });

  test("for github-action-benchmark has the metrics of one direction, of the head only", () => {
    const smaller = JSON.parse(render("github-smaller")) as Array<{ name: string; unit: string; value: number }>;
    expect(smaller.map(({ name }) => name)).toEqual([
      "small: p50",
      "small: p99",
      "small: server CPU",
      "small: client CPU",
    ]);
    const bigger = JSON.parse(render("github-bigger")) as Array<{ name: string; unit: string; value: number }>;
    expect(bigger).toMatchObject([{ name: "small: messages/s", unit: "msgs/s" }]);
    expect(bigger[0]?.value).toBeWithin(79_000, 81_000);
  });

  test("for Bencher has each value between its bounds", () => {
    const benchmarks = JSON.parse(render("bencher")) as Record<string, Record<string, Record<string, number>>>;
    const { value = 0, lower_value: low = 0, upper_value: high = 0 } = benchmarks["small"]?.["throughput"] ?? {};
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
    expect(benchmarks["small"]?.["latency"]?.["value"]).toBeGreaterThan(0);
  });

  test("as CSV quotes cells that hold a comma", () => {
    const odd = { ...suite, scenarios: suite.scenarios.map((scenario) => ({ ...scenario, load: 'a, "b"' })) };
    const [header = "", ...rows] = renderReport({ suite: odd, comparison: undefined }, "csv").trimEnd().split("\r\n");
    expect(header).toBe("scenario,load,variant,round,metric,unit,value");
    expect(rows).toHaveLength(20 * 5);
    expect(rows[0]).toStartWith('small,"a, ""b""",base,1,messages/s,msgs/s,');
  });

  test("as JUnit XML has a failed test for each slower metric", () => {
    const xml = render("junit");
    expect(xml).toContain('<testcase classname="echobench.small" name="p50"><failure message="');
    const failures = Number(/failures="(\d+)"/.exec(xml)?.[1]);
    expect(xml.split("<failure").length - 1).toBe(failures);
    const missing = renderReport({ suite, comparison: { ...comparison, missing: ['a <b>: "c"'] } }, "junit");
    expect(missing).toContain('<error message="a &lt;b&gt;: &quot;c&quot;"/>');
  });

  test("as Markdown has what changed first, all metrics folded, and escapes the text of cells", () => {
    const odd = { ...comparison, missing: ["a | b <img>"] };
    const text = renderReport({ suite, comparison: odd }, "markdown");
    expect(text).toStartWith("## echobench: ");
    expect(text.indexOf("🔴 slower")).toBeLessThan(text.indexOf("<details>"));
    expect(text).toContain("- a \\| b \\<img\\>");
    const tables = text.split("\n").filter((line) => line.startsWith("|"));
    const columns = tables.map((line) => line.replaceAll("\\|", "").split("|").length);
    expect(new Set(columns).size).toBeLessThanOrEqual(3);
  });

  test("as a page has a curve for each scenario and variant, a bar for each ratio and the raw data", () => {
    const page = render("html");
    expect(page.split('class="ratio').length - 1).toBe(comparison.rows.length);
    const data = /id="data">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(suite)));
    const charts = JSON.parse(/id="charts">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "[]") as Array<{
      series: Array<{ label: string }>;
    }>;
    expect(charts[0]?.series.map(({ label }) => label)).toEqual(["base", "head"]);
  });
});

/** The same suite with the results changed. */
const changed = (change: (result: RunResult) => Partial<RunResult>, from = suiteOf({ head: around(100_000) })) => ({
  ...from,
  scenarios: from.scenarios.map((scenario) => ({
    ...scenario,
    measurements: scenario.measurements.map((each) => ({
      ...each,
      result: { ...each.result, ...change(each.result) },
    })),
  })),
});

const exported = ["csv", "benchstat", "bencher", "github-smaller", "github-bigger"] as const;

describe("the sentences of a report", () => {
  const textsOf = (of: typeof suite): string[] =>
    (["text", "markdown", "html"] as const).map((format) => renderReport({ suite: of, comparison: undefined }, format));

  test("say that every byte was verified only where it was", () => {
    for (const text of textsOf(changed(() => ({})))) expect(text).toContain("Every byte was verified.");
    for (const text of textsOf(changed(({ options }) => ({ options: { ...options, verify: false } })))) {
      expect(text).not.toContain("Every byte was verified");
      expect(text).toContain("Bytes were counted, not verified.");
    }
  });

  test("call rounds interleaved only where they took turns", () => {
    const startOf = (seconds: number): string => new Date(seconds * 1_000).toISOString();
    let next = 0;
    const inTurn = changed(() => ({ startedAt: startOf(next++) }));
    for (const text of textsOf(inTurn)) expect(text).toContain("Medians of 10 runs.");
    let i = 0;
    const interleaved = changed(() => ({ startedAt: startOf(((i % 10) * 2 + Math.floor(i++ / 10)) * 60) }), suite);
    for (const text of textsOf(interleaved)) expect(text).toContain("Medians of 10 interleaved rounds.");
  });

  test("name runs that failed, which are no part of the medians", () => {
    const [text = ""] = textsOf(changed(() => ({ errors: { total: 1, byKind: { reset: 1 }, first: [] } })));
    expect(text).toContain("Failed: small, round 1: 1 error (reset 1)");
    expect(text).toContain("No run went as planned.");
  });
});

describe("an export", () => {
  test.each(exported)("of nothing as %s is an error that says why", (format) => {
    const failed = changed(() => ({ verdict: "interrupted" }));
    const attempt = () => renderReport({ suite: failed, comparison: undefined }, format);
    expect(attempt).toThrow(`--format "${format}": nothing to export: small, round 1: it was interrupted`);
    expect(() => renderReport({ suite: undefined, comparison }, format)).toThrow("nothing to export");
  });

  test.each(["csv", "benchstat", "bencher", "github-bigger"] as const)(
    "of a stream as %s has its bytes a second",
    (format) => {
      const { rttNs, cpu, totals } = resultOf();
      const stream = changed(() => ({
        ...{ options: { mode: "stream", conns: 2, verify: true }, totals: { ...totals, messages: 0 } },
        ...{ rttNs: { ...rttNs, count: 0, mean: 0, p50: 0, p99: 0 }, cpu: { ...cpu, perMessageUs: 0 } },
      }));
      const text = renderReport({ suite: stream, comparison: undefined }, format);
      expect(text).toContain("204800000");
      expect(text).not.toMatch(/msgs\/s|NaN|Infinity|null|throughput|\b0 ns\/op/);
    },
  );

  test("as JUnit XML without a comparison has a test for each scenario, failed where a run failed", () => {
    const junit = (of: typeof suite) => renderReport({ suite: of, comparison: undefined }, "junit");
    expect(junit(suite)).toContain('tests="1" failures="0"');
    expect(junit(changed(() => ({ verdict: "interrupted" })))).toContain('tests="1" failures="1"');
    expect(() => junit({ ...suite, scenarios: [] })).toThrow("nothing to export");
  });
});

describe("the final verdict", () => {
  const judged = (of: typeof suite) => ({ suite: of, comparison: compareVariants(of, 0.05) });
  const same = judged(suiteOf({ base: around(100_000), head: around(100_000) }));
  const slower = judged(suite);
  const incomplete = judged({ ...suite, missing: ["small (head), round 11: gone"] });
  const inconclusive = judged(suiteOf({ base: around(100_000).slice(0, 3), head: around(50_000).slice(0, 3) }));
  const cases: Array<[string, AbRuns, string, string]> = [
    ["a regression", { ...slower, confirmation: slower }, "REGRESSION  slower in two runs", "<failure "],
    ["refuted", { ...slower, confirmation: same }, "NO REGRESSION", "<system-out>"],
    ["unconfirmed", { ...slower, confirmation: undefined }, "INCONCLUSIVE  a regression could not", "<error "],
    ["incomplete", { ...incomplete, confirmation: same }, "INCOMPLETE  1 measurement", "<error "],
    ["inconclusive", { ...inconclusive, confirmation: undefined }, "INCONCLUSIVE  a regression could not", "<error "],
  ];
  const reportOf = (runs: AbRuns) => {
    const outcome = judgeAb(runs, false);
    return { suite: runs.suite, comparison: withOutcome(runs.comparison, outcome) };
  };

  test.each(cases)("%s is said in every format that judges", (_, runs, verdict, element) => {
    const report = reportOf(runs);
    for (const format of ["text", "markdown", "html", "json", "junit"] as const)
      expect(renderReport(report, format)).toContain(verdict);
    const junit = renderReport(report, "junit");
    expect(junit).toContain(`name="verdict">${element}`);
    expect(junit.includes("<failure ")).toBe(element === "<failure ");
    expect(renderReport(report, "markdown").includes("🔴")).toBe(element === "<failure ");
    for (const format of ["text", "markdown", "html", "json"] as const)
      for (const missing of runs.suite.missing) expect(renderReport(report, format)).toContain(missing);
  });

  test("says of a metric that a second run refuted it", () => {
    for (const format of ["text", "markdown", "html", "junit"] as const)
      expect(renderReport(reportOf({ ...slower, confirmation: same }), format)).toContain("slower, refuted");
  });
});

test.each(["text", "markdown", "html", "json"] as const)(
  "a comparison as %s has machine warnings and what is missing",
  (format) => {
    const of = { ...suite, doubts: ["the machine is busy"], missing: ["small (head), round 11: gone"] };
    const text = renderReport({ suite: of, comparison: compareVariants(of, 0.05) }, format);
    for (const each of [...of.doubts, ...of.missing]) expect(text).toContain(each);
  },
);

test.each([
  [0.055, "5.5 %"],
  [0.004, "0.4 %"],
  [0.0005, "0.05 %"],
  [0.07, "7 %"],
  [10, "1000 %"],
])("a threshold of %d is shown as %s, as it is used", (threshold, shown) => {
  const text = renderReport({ suite, comparison: compareVariants(suite, threshold) }, "text");
  expect(text).toContain(`at least ${shown} (p99`);
});

test("as JUnit XML, a scenario whose bytes were not verified did not pass", () => {
  const unverified = changed(({ options }) => ({ options: { ...options, verify: false } }));
  const junit = renderReport({ suite: unverified, comparison: undefined }, "junit");
  expect(junit).toContain('failures="0" errors="0" skipped="1"');
  expect(junit).toContain("bytes were counted, not verified");
});
