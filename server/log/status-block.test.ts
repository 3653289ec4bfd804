import { expect, test } from "bun:test";
import { countersOf } from "../telemetry/counters.ts";
import { sampleBetween } from "../telemetry/sample.ts";
import { renderStatus, StatusBlock } from "./status-block.ts";
import { Tally } from "../telemetry/tally.ts";

const before = new Tally();
const after = new Tally();
after.add("connections", 1_234);
after.add("bytesIn", 5e9);
after.add("rejectedLimit", 2);
const counters = countersOf(after, 10);
const sample = sampleBetween(countersOf(before, 0), counters, 0, 2_000);
const report = { counters, sample, uptimeMs: 65_400 };

test("the figures are cut to the terminal's width", () => {
  const lines = renderStatus(report, 60);
  expect(lines[0]).toBe("── up 1m 05s ──");
  expect(lines.slice(1)).toEqual([
    "Connections  10 active, 1,234 total, 617/s, peak 0",
    "Received     2.50 GB/s, 5.00 GB in all",
    "Echoed       0 B/s, 0 B in all",
    "Trouble      2 rejected, 0 timed out, 0 errors",
  ]);
  for (const width of [10, 20, 40]) {
    expect(renderStatus(report, width).every((line) => Bun.stringWidth(line) <= width)).toBe(true);
  }
});

test("log lines are written above the block, which is redrawn in place", async () => {
  let screen = "";
  const terminal = { columns: 80, print: async (text: string): Promise<void> => void (screen += text) };
  const block = new StatusBlock(terminal);
  await block.write("first\n");
  expect(screen).toBe("first\n");
  block.update(report);
  const drawn = screen.slice("first\n".length);
  expect(drawn.split("\n")).toHaveLength(6);
  screen = "";
  await block.write("second\n");
  expect(screen).toBe(`\r\u001b[5A\u001b[Jsecond\n${drawn}`);
  screen = "";
  block.clear();
  expect(screen).toBe("\r\u001b[5A\u001b[J");
  await block.write("last\n");
  expect(screen).toEndWith("\u001b[Jlast\n");
});
