import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { resultOf } from "../../lib/result/run-result.fixture.ts";
import { around, suiteOf } from "./suite.fixture.ts";
import { readSuite } from "./suite-input.ts";

const folder = mkdtempSync(join(tmpdir(), "echobench-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("readSuite", () => {
  test("reads a report and the folder that holds it", () => {
    const suite = suiteOf({ head: around(100) });
    const path = save("suite/report.json", suite);
    expect(readSuite("BASE", path)).toEqual(suite);
    expect(readSuite("BASE", join(folder, "suite"))).toEqual(suite);
  });

  test("turns results of the client into a suite with one scenario for each load", () => {
    for (const i of [1, 2]) save(`results/small-${i}.json`, resultOf());
    save("results/large.json", resultOf({ options: { mode: "echo", conns: 2, size: 65_536 } }));
    const { scenarios } = readSuite("BASE", join(folder, "results"));
    expect(scenarios.map(({ name, measurements }) => [name, measurements.length])).toEqual([
      ["mode echo, conns 2, size 65536", 1],
      ["mode echo, conns 2, size 1024", 2],
    ]);
    expect(readSuite("BASE", join(folder, "results", "large.json")).scenarios).toHaveLength(1);
  });

  test.each([
    ["no/such", "no such file or folder"],
    [save("junk.json", "junk"), "expected a result as JSON: JSON Parse error"],
    [save("anonymous.json", {}), "expected the schema echobench.suite/1 or echobench.run/1, found none"],
    [save("peers.json", { schema: "echobench.peers/1" }), 'found "echobench.peers/1"'],
    [save("broken.json", { ...resultOf(), seed: "x" }), "not a valid echobench.run/1: seed: "],
    [save("cut.json", { ...suiteOf({ head: [1] }), missing: 1 }), "not a valid echobench.suite/1: missing: "],
    [dirname(save("empty/readme.txt", "")), "expected a report.json or results of the client in this folder"],
  ])("says what is wrong with %s", (path, message) => {
    expect(() => readSuite("BASE", path)).toThrow(message);
    expect(() => readSuite("BASE", path)).toThrow(`BASE "${path}"`);
  });
});
