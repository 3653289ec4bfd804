import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resultOf } from "../../lib/result/run-result.fixture.ts";
import { around, suiteOf } from "./suite.fixture.ts";
import { readSuite } from "./suite-input.ts";

const folder = mkdtempSync(join(tmpdir(), "echobench-input-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("readSuite", () => {
  test("reads a report, and the folder it lies in", () => {
    const suite = suiteOf({ head: around(100) });
    const path = put("suite/report.json", suite);
    expect(readSuite("BASE", path)).toEqual(suite);
    expect(readSuite("BASE", join(folder, "suite"))).toEqual(suite);
  });

  test("makes a suite of results of the client, a scenario of each load", () => {
    for (const i of [1, 2]) put(`results/small-${i}.json`, resultOf());
    put("results/large.json", resultOf({ options: { mode: "echo", conns: 2, size: 65_536 } }));
    const { scenarios } = readSuite("BASE", join(folder, "results"));
    expect(scenarios.map(({ name, measurements }) => [name, measurements.length])).toEqual([
      ["mode echo, conns 2, size 65536", 1],
      ["mode echo, conns 2, size 1024", 2],
    ]);
    expect(readSuite("BASE", join(folder, "results", "large.json")).scenarios).toHaveLength(1);
  });

  test.each([
    ["no/such", "no such file or folder"],
    [put("junk.json", "junk"), "expected a result of echobench"],
    [put("other.json", { schema: "other/1" }), 'no "schema" of echobench in it'],
    [put("broken.json", { schema: "echobench.run/1" }), "expected a result of echobench"],
    [put("empty/readme.txt", ""), "expected a result of echobench"],
  ])("says what is wrong with %s", (path, message) => {
    expect(() => readSuite("BASE", path)).toThrow(message);
    expect(() => readSuite("BASE", path)).toThrow(`BASE "${path}"`);
  });
});
