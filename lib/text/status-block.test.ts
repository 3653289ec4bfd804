import { expect, test } from "bun:test";
import { renderStatusBlock } from "./status-block.ts";

const rows = [
  { name: "Rate", figures: "100/s", series: [1, 2] },
  { name: "Errors", figures: "0, which is a long story without a series" },
];
const plain = (columns: number): string[] =>
  renderStatusBlock("up 5s", rows, columns).map((line) => Bun.stripANSI(line));

test("names and figures stand below each other, with sparklines beside them and the cursor below", () => {
  expect(plain(80)).toEqual([
    "── up 5s ──",
    "Rate    100/s   ▅█",
    "Errors  0, which is a long story without a series",
    "",
  ]);
});

test("where there is no room for sparklines there are none", () => {
  expect(plain(24)[1]).toBe("Rate    100/s");
});

test("a sparkline ends before the last column", () => {
  const long = [{ name: "Rate", figures: "100/s", series: Array.from({ length: 300 }, (_, i) => i) }];
  for (const columns of [40, 60, 80, 200]) {
    const [, line = ""] = renderStatusBlock("", long, columns);
    expect(Bun.stringWidth(line)).toBeLessThan(columns);
  }
});
