import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

/** Results that were measured one after the other. */
const resultAt = (second: number, changes = {}) =>
  resultOf({ startedAt: new Date(second * 100_000).toISOString(), ...changes });

describe("readInput", () => {
  test("reads a report and the folder that holds it", () => {
    const suite = suiteOf({ head: around(100) });
    const path = save("suite/report.json", suite);
    expect(readSuite("BASE", path)).toEqual(suite);
    expect(readSuite("BASE", join(folder, "suite"))).toEqual(suite);
  });

  test("turns results of the client into a suite with one scenario for each load", () => {
    for (const i of [1, 2]) save(`results/small-${i}.json`, resultAt(i));
    save("results/large.json", resultAt(3, { options: { mode: "echo", conns: 2, size: 65_536 } }));
    const { scenarios } = readSuite("BASE", join(folder, "results"));
    expect(scenarios.map(({ name, measurements }) => [name, measurements.length])).toEqual([
      ["mode echo, conns 2, size 65536", 1],
      ["mode echo, conns 2, size 1024", 2],
    ]);
    expect(readSuite("BASE", join(folder, "results", "large.json")).scenarios).toHaveLength(1);
  });

  test("keeps results apart that were measured at the same time, and says what they come to", () => {
    for (const name of ["a", "b"]) save(`fleet/${name}.json`, resultAt(1));
    const { scenarios, doubts } = readSuite("FILE", join(folder, "fleet"));
    expect(scenarios.map(({ measurements }) => measurements.length)).toEqual([1, 1]);
    expect(doubts.join()).toContain("ran at the same time");
    expect(doubts.join()).toContain("together 400,000 messages/s");
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
