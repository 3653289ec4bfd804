import { afterAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { TemporaryFolder } from "../test/fixtures/temporary-folder.ts";
import { saveReport } from "./save-report.ts";
import { around, suiteOf } from "./suite/suite.fixture.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";

const folder = new TemporaryFolder();
afterAll(() => folder[Symbol.dispose]());

test.each<[string, Record<string, readonly number[]>, AbortSignal, string[]]>([
  ["leaves nothing of a run that was stopped before its first measurement", { head: [] }, AbortSignal.abort(), []],
  [
    "keeps what was measured before a stop",
    { head: around(100) },
    AbortSignal.abort(),
    ["report.html", "report.json", "report.md"],
  ],
])("%s", async (name, rates, stop, files) => {
  const saved = await SuiteFolder.open(folder.join(name.replaceAll(" ", "-")));
  await saveReport(saved, { suite: suiteOf(rates), comparison: undefined }, stop);
  expect(readdirSync(saved.path).toSorted()).toEqual(files);
});
