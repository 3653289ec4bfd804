import { expect, test } from "bun:test";
import { alignLeft, alignRight, renderTable } from "./text-table.ts";

test("the first column is aligned left, the others right", () => {
  const rows = [
    ["echo", "1,234", "9"],
    ["a longer name", "5", "10"],
  ];
  expect(renderTable(["scenario", "messages/s", "p50"], rows).split("\n")).toEqual([
    "scenario       messages/s  p50",
    "-------------  ----------  ---",
    "echo                1,234    9",
    "a longer name           5   10",
  ]);
});

test("colours and wide characters do not move a column", () => {
  const rows = [
    ["\u001b[31mred\u001b[39m", "\u001b[1m1\u001b[22m"],
    ["日本", "12"],
    ["e\u0301a", "語"],
  ];
  const lines = renderTable(["name", "n"], rows).split("\n");
  expect(lines.map((line) => Bun.stringWidth(line))).toEqual([8, 8, 8, 8, 8]);
  expect(lines.slice(2).map(Bun.stripANSI)).toEqual(["red    1", "日本  12", "e\u0301a    語"]);
});

test("text that is wider than its column stays whole", () => {
  expect([alignLeft("abc", 2), alignRight("abc", 2)]).toEqual(["abc", "abc"]);
  expect([alignLeft("語", 4), alignRight("語", 4)]).toEqual(["語  ", "  語"]);
});
