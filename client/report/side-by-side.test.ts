import { describe, expect, test } from "bun:test";
import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { decodedResultOf } from "../../lib/result/run-result.fixture.ts";
import { differencesOfRuns, figureRows, type NamedRun, remarksOnRuns } from "./side-by-side.ts";
import { renderSideBySidePage } from "./side-by-side-page.ts";
import { renderSideBySide } from "./side-by-side-text.ts";

/** A run that started so many minutes after the others. */
const runOf = (minute: number, changes: Partial<DecodedResult> = {}): NamedRun => ({
  file: `results/${minute}.json`,
  result: decodedResultOf({ startedAt: `2026-01-02T03:${String(minute + 10)}:00.000Z`, ...changes }),
});

const { throughput, totals, rttNs, tool, options } = decodedResultOf();
const twice = { throughput: { ...throughput, messagesPerSecond: 400_000 }, rttNs: { ...rttNs, p50: 1_000 } };
const none = { ...rttNs, count: 0 };
const stream = { options: { ...options, mode: "stream" }, totals: { ...totals, messages: 0 }, rttNs: none };

const cellsOf = (runs: readonly NamedRun[], name: string) => figureRows(runs).find((row) => row.name === name)?.cells;

describe("results side by side", () => {
  test("have each figure as a multiple of the first run's", () => {
    const runs = [runOf(0), runOf(1, twice)];
    expect(cellsOf(runs, "messages/s")).toEqual([
      { text: "200,000/s", ratio: "" },
      { text: "400,000/s", ratio: "×2.00" },
    ]);
    expect(cellsOf(runs, "round trip, median")?.[1]).toEqual({ text: "1.00 µs", ratio: "×0.01" });
    expect(cellsOf(runs, "errors")?.map((cell) => cell?.ratio)).toEqual(["", ""]);
  });

  test("have no figure where a run has none, and no multiple of nothing", () => {
    const runs = [runOf(0, stream), runOf(1)];
    expect(cellsOf(runs, "messages/s")).toEqual([null, { text: "200,000/s", ratio: "" }]);
    expect(cellsOf(runs, "round trip, p99")?.[0]).toBeNull();
    expect(cellsOf([runOf(0, stream), runOf(1, stream)], "messages/s")).toBeUndefined();
  });

  test("name what differs in words, the load first, and nothing that agrees", () => {
    const load = { ...options, conns: 50, busyPoll: "100us", duration: 5_000, seed: 9 };
    const other = { options: load, labels: { site: "rome" }, tool: { ...tool, version: "1.1.0" } };
    expect(differencesOfRuns([runOf(0), runOf(1, other)])).toEqual([
      { name: "busy polling", values: ["off", "100us"] },
      { name: "connections", values: ["2", "50"] },
      { name: "duration", values: ["none", "5s"] },
      { name: "echobench", values: ["1.0.0 abc1234", "1.1.0 abc1234"] },
      { name: "label site", values: ["berlin", "rome"] },
    ]);
    expect(differencesOfRuns([runOf(0), runOf(1)])).toEqual([]);
  });

  test("tell the processor of the machine from those that the client was told to use", () => {
    const { environment } = decodedResultOf();
    const other = { environment: { ...environment, cpu: "another" }, options: { ...options, cpu: "0-1" } };
    expect(differencesOfRuns([runOf(0), runOf(1, other)])).toEqual([{ name: "processor", values: ["any", "another"] }]);
  });

  test("take no name of a field or label for one that every object has", () => {
    const own = { options: { ...options, constructor: 1 }, labels: { valueOf: "x" } };
    expect(differencesOfRuns([runOf(0, { labels: {} }), runOf(1, own)])).toEqual([
      { name: "constructor", values: ["none", "1"] },
      { name: "label valueOf", values: ["–", "x"] },
    ]);
  });

  test("say when one is there twice, and when some ran at the same time", () => {
    const other = { totals: { ...totals, messages: 1 } };
    const runs = [runOf(0), runOf(0, other), runOf(5, twice), { ...runOf(9, twice), file: "copy.json" }];
    expect(remarksOnRuns(runs)).toEqual([
      "2 ran at the same time as 1: they shared a server or a machine",
      "4 is the same run as 3",
    ]);
  });
});

describe("their text", () => {
  test("keeps to a narrow terminal, in as many tables as that needs", () => {
    const text = Bun.stripANSI(
      renderSideBySide(
        [0, 1, 2, 3, 4].map((minute) => runOf(minute, twice)),
        60,
      ),
    );
    for (const line of text.split("\n")) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(60);
    for (const n of [1, 2, 3, 4, 5]) expect(text).toMatch(new RegExp(`^ +(?:\\d +)*${n}(?: +\\d)*$`, "m"));
  });

  test("says that it judges nothing, and what does", () => {
    const text = renderSideBySide([runOf(0), runOf(1)], 100);
    expect(text).toContain("Load, machine and program are the same.");
    expect(text).toContain("not a judgement");
    expect(text).toContain("bun run bench compare BASE HEAD");
  });
});

describe("their page", () => {
  const chartsOf = (runs: readonly NamedRun[]): ChartSpec[] =>
    JSON.parse(/id="charts">([\s\S]*?)<\/script>/.exec(renderSideBySidePage(runs))?.[1] ?? "") as ChartSpec[];

  test("has a curve and lines of each run, in one colour for each, at its own times", () => {
    const [first] = decodedResultOf().intervals;
    const charts = chartsOf([runOf(0), runOf(1, stream), runOf(2, { intervals: first ? [first] : [] })]);
    expect(charts.map(({ id, series }) => [id, series.map(({ label, color }) => [label, color])])).toEqual([
      [
        "percentiles",
        [
          ["1  0.json", 0],
          ["3  2.json", 2],
        ],
      ],
      [
        "rate",
        [
          ["1  0.json", 0],
          ["2  1.json", 1],
          ["3  2.json", 2],
        ],
      ],
      [
        "p99",
        [
          ["1  0.json", 0],
          ["2  1.json", 1],
          ["3  2.json", 2],
        ],
      ],
    ]);
    expect(charts[1]?.series.map(({ at }) => at)).toEqual([[5, 10], [5, 10], [5]]);
  });

  test("shows every run that failed as such", () => {
    const page = renderSideBySidePage([runOf(0), runOf(1, { verdict: "fail", reason: "3 errors" })]);
    expect(page).toContain('<span class="bad">FAIL</span>, 3 errors');
  });
});
