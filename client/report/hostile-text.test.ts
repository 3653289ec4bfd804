import { expect, test } from "bun:test";
import { dangersIn, hostile, poisoned } from "../../lib/text/hostile-text.fixture.ts";
import { renderRunPage } from "./run-page.ts";
import { decodeResult } from "../../lib/result/decoded-result.ts";
import { resultOf } from "../../lib/result/run-result.fixture.ts";
import { toJson } from "../../lib/text/harmless.ts";
import { renderReport } from "./report.ts";
import { renderSideBySidePage } from "./side-by-side-page.ts";
import { renderSideBySide } from "./side-by-side-text.ts";

const failure = { kind: "tls", message: "no", connection: 0, offset: null, expected: null, actual: "aa" };
const result = await decodeResult(
  poisoned(
    resultOf({
      errors: { total: 1, byKind: { tls: 1, "a\u001b[2J": 1 }, first: [failure] },
      labels: { "\u202e": "x" },
    }),
  ),
);

const runs = [
  { file: `a${hostile}.json`, result },
  { file: "b.json", result: { ...result, labels: {}, seed: 1 } },
];

test.each([
  ["the report", Bun.stripANSI(renderReport(result, 80))],
  ["the page", renderRunPage(result)],
  ["results side by side", Bun.stripANSI(renderSideBySide(runs, 80))],
  ["the page of results side by side", renderSideBySidePage(runs)],
  ["JSON", toJson(result, 2)],
])("text in a result cannot act on a terminal, hide or begin a line in %s", (_what, text) => {
  expect(text).toContain("forged");
  expect(dangersIn(text)).toEqual([]);
});

test("text in a result cannot start markup in the page", () => {
  for (const page of [renderRunPage(result), renderSideBySidePage(runs)]) expect(page).not.toContain("<img");
});
