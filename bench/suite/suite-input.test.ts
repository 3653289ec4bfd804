import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RunResult } from "../../lib/result/run-result.ts";
import { shardOf } from "../../lib/merge/shard.fixture.ts";
import { unsoundness } from "../../lib/result/comparability.ts";
import { renderReport } from "../report/formats.ts";
import { failuresOf } from "../report/suite-summary.ts";
import { resultOf } from "../../lib/result/run-result.fixture.ts";
import { around, suiteOf } from "./suite.fixture.ts";
import { asSuite, readInput } from "./suite-input.ts";
import type { Suite } from "./suite.ts";

const folder = mkdtempSync(join(tmpdir(), "echobench-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const readSuite = (label: string, path: string): Suite => asSuite(readInput(label, path));

const plainResult = resultOf();

/** Results that were measured one after the other. No two measurements agree in each figure. */
const resultAt = (second: number, changes = {}) =>
  resultOf({
    startedAt: new Date(second * 100_000).toISOString(),
    rttNs: { ...plainResult.rttNs, mean: plainResult.rttNs.mean + second },
    ...changes,
  });

describe("readInput", () => {
  test("reads a report and the folder that holds it", () => {
    const suite = suiteOf({ head: around(100) });
    const path = save("suite/report.json", suite);
    expect(readSuite("BASE", path)).toEqual(suite);
    expect(readSuite("BASE", join(folder, "suite"))).toEqual(suite);
  });

  test("judges the measurements of a report by their figures, whatever they say of themselves", () => {
    const suite = suiteOf({ head: around(100) });
    const [scenario] = suite.scenarios;
    if (!scenario) throw new Error("expected a scenario");
    const claims = [{ verdict: "fail" }, { errors: { total: 2, byKind: { reset: 2 }, first: [] } }] as const;
    const measurements = scenario.measurements.map((each, i) => ({
      ...each,
      result: { ...each.result, ...claims[i] },
    }));
    const saved = { ...suite, scenarios: [{ ...scenario, measurements }] };
    expect(failuresOf(readSuite("FILE", save("claims/report.json", saved)))).toEqual([
      "small, round 2: 2 errors (reset 2)",
    ]);
  });

  test("turns results of the client into a suite with one scenario for each load", () => {
    for (const i of [1, 2]) save(`results/small-${i}.json`, resultAt(i));
    save("results/large.json", resultAt(3, { options: { mode: "echo", conns: 2, size: 65_536, verify: true } }));
    const { scenarios } = readSuite("BASE", join(folder, "results"));
    expect(scenarios.map(({ name, measurements }) => [name, measurements.length])).toEqual([
      ["mode echo, conns 2, size 65536", 1],
      ["mode echo, conns 2, size 1024", 2],
    ]);
    expect(readSuite("BASE", join(folder, "results", "large.json")).scenarios).toHaveLength(1);
  });

  test("keeps results apart that were measured at the same time, and says what they come to", () => {
    const { startedAt } = plainResult;
    for (const [i, name] of ["a", "b"].entries()) save(`fleet/${name}.json`, resultAt(i, { startedAt }));
    const { scenarios, doubts } = readSuite("FILE", join(folder, "fleet"));
    expect(scenarios.map(({ measurements }) => measurements.length)).toEqual([1, 1]);
    expect(doubts.join()).toContain("ran at the same time");
    expect(doubts.join()).toContain("together 400,000 messages/s");
  });

  test("takes the shards of a run for parts of one measurement, and another run for another round", () => {
    for (const run of [1, 2]) {
      const seconds = [1, 2].map(() => Array.from({ length: 100 }, () => 50_000 + run));
      for (const index of [1, 2, 3]) {
        const startedAt = new Date(run * 100_000).toISOString();
        const shard = { index, of: 3, run: String(run) };
        save(`shards/run-${run}-${index}.json`, shardOf(index, 3, seconds, { startedAt, shard }));
      }
    }
    const { scenarios, doubts } = readSuite("FILE", join(folder, "shards"));
    expect(doubts).toEqual([]);
    expect(scenarios.map(({ measurements }) => measurements.map(({ result }) => result.totals.messages))).toEqual([
      [600, 600],
    ]);
  });

  test("takes all files of a folder where none is named as JSON, as engines name them after machines", () => {
    for (const index of [1, 2]) save(`engine/gen${index}`, shardOf(index, 2, [[1_000]]));
    expect(readInput("FILE", join(folder, "engine")).problems).toEqual([]);
  });

  test("names shards that are missing or twice there instead of taking them for a round", () => {
    const seconds = [Array.from({ length: 100 }, () => 50_000)];
    save("part/1.json", shardOf(1, 2, seconds));
    const [part] = readInput("FILE", join(folder, "part")).samples;
    expect(unsoundness(part?.measurement.result ?? resultOf())).toContain("shard 2 of 2 missing");
    for (const name of ["a", "b"]) save(`twice/${name}.json`, shardOf(1, 2, seconds));
    expect(() => readInput("FILE", join(folder, "twice"))).toThrow("are both of shard 1");
  });

  test("counts a copy of a result once, and names it, whatever its label, date and seed", () => {
    save("copies/a.json", resultAt(1));
    save("copies/b.json", resultAt(1, { labels: { name: "b" } }));
    save("copies/c.json", resultAt(1, { startedAt: new Date(5_000_000).toISOString(), seed: 9 }));
    const { scenarios, doubts } = readSuite("FILE", join(folder, "copies"));
    expect(scenarios.map(({ measurements }) => measurements.length)).toEqual([1]);
    const pathOf = (name: string): string => join(folder, "copies", `${name}.json`);
    expect(doubts).toEqual(
      ["b", "c"].map((name) => `${pathOf(name)}: the same result as ${pathOf("a")}, which counts once`),
    );
  });

  const { options, environment } = plainResult;
  test.each<[string, Partial<RunResult>, string]>([
    ["engine", { options: { ...options, engine: "epoll" } }, "engine epoll"],
    ["payload", { options: { ...options, payload: "zeros" } }, "payload zeros"],
    ["buffer", { options: { ...options, buffer: 4_096 } }, "buffer 4096"],
    ["duration", { options: { ...options, duration: 5 } }, "duration 5"],
    ["arrival", { options: { ...options, arrival: "poisson" } }, "arrival poisson"],
    ["machine", { environment: { ...environment, cores: 64 } }, "cores 64"],
    ["verification", { options: { ...options, verify: false } }, "not verified"],
    ["option of another version", { options: { ...options, think: 5 } }, "think 5"],
  ])("keeps loads of another %s apart, in every export too", (name, changes, difference) => {
    save(`loads/${name}/a.json`, resultAt(1));
    save(`loads/${name}/b.json`, resultAt(2, changes));
    const suite = readSuite("FILE", join(folder, "loads", name));
    const names = suite.scenarios.map((scenario) => scenario.name);
    expect(new Set(names).size).toBe(2);
    expect(names.filter((each) => each.endsWith(difference))).toHaveLength(1);
    expect(suite.scenarios.map(({ measurements }) => measurements.length)).toEqual([1, 1]);
    const exported = JSON.parse(renderReport({ suite, comparison: undefined }, "bencher")) as object;
    expect(Object.keys(exported).toSorted()).toEqual(names.toSorted());
  });

  test.each(["toString", "constructor", "__proto__", "hasOwnProperty"])("takes %s for what a result says", (word) => {
    const path = save(
      `words/${word}.json`,
      resultOf({ options: { mode: word, verify: true }, environment: { ...environment, arch: word } }),
    );
    const suite = readSuite("FILE", path);
    expect(suite.scenarios.map(({ name }) => name)).toEqual([`mode ${word}`]);
    expect(renderReport({ suite, comparison: undefined }, "benchstat")).toContain(`goarch: ${word}\n`);
  });

  test("names a load by whatever its options hold", () => {
    const path = save(
      "odd.json",
      resultAt(1, { options: { mode: "echo", conns: [1], size: 8, pipeline: { a: null }, verify: true } }),
    );
    expect(readSuite("FILE", path).scenarios.map(({ name }) => name)).toEqual([
      'mode echo, conns [1], size 8, pipeline {"a":null}',
    ]);
  });

  test("names results of the client that are beside a report.json", () => {
    save("both/report.json", suiteOf({ head: around(100) }));
    save("both/peers.json", {});
    for (const i of [1, 2]) save(`both/${i}.json`, resultAt(i));
    expect(readInput("BASE", join(folder, "both")).problems.join()).toContain(
      "only its report.json is read, not 2 other files (1.json and 1 more)",
    );
  });

  test("names measurements that a bench which was killed could not say are missing", () => {
    const path = save("killed.json", suiteOf({ head: around(100).slice(0, 7) }));
    expect(readSuite("FILE", path).missing.join()).toStartWith("3 of 10 planned measurements: not there");
  });

  test("refuses a field that a result has twice", () => {
    const path = save("twice.json", JSON.stringify(resultOf()).replace('"verdict":', '"verdict":"fail","verdict":'));
    expect(() => readInput("BASE", path)).toThrow("verdict: expected once, found twice");
  });

  test("names the files of a folder that are no results, and reads the others", () => {
    save("mixed/good.json", `\uFEFF${JSON.stringify(resultOf())}`);
    save("mixed/junk.json", "{");
    save("mixed/soak.json", { schema: "echobench.soak/1" });
    const { samples, problems } = readInput("BASE", join(folder, "mixed"));
    expect(samples).toHaveLength(1);
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain("junk.json");
    expect(problems[1]).toContain('found "echobench.soak/1"');
  });

  test.each([
    ["no/such", "no such file or folder"],
    [save("junk.json", "junk"), "expected a result as JSON: JSON Parse error"],
    [save("anonymous.json", {}), "expected the schema echobench.suite/1 or echobench.run/1, found none"],
    [save("peers.json", { schema: "echobench.peers/1" }), 'found "echobench.peers/1"'],
    [
      save("broken.json", { ...resultOf(), seed: "x" }),
      'not a valid echobench.run/1: seed: expected a number, found "x"',
    ],
    [
      save("cut.json", { ...suiteOf({ head: [1] }), missing: 1 }),
      "not a valid echobench.suite/1: missing: expected a list, found 1",
    ],
    [dirname(save("empty/readme.txt", "")), "expected a report.json or results of the client in this folder"],
  ])("says what is wrong with %s", (path, message) => {
    expect(() => readSuite("BASE", path)).toThrow(message);
    expect(() => readSuite("BASE", path)).toThrow(`BASE "${path}"`);
  });
});
