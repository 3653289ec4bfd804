import { expect, test } from "bun:test";
import { countersOf } from "../telemetry/counters.ts";
import { sampleBetween } from "../telemetry/sample.ts";
import { renderStatus } from "./status-block.ts";
import { Tally } from "../telemetry/tally.ts";

const before = new Tally();
const after = new Tally();
after.add("connections", 1_234);
after.add("bytesIn", 5e9);
after.add("rejectedLimit", 2);
const counters = countersOf(after, 10);
const sample = sampleBetween(countersOf(before, 0), counters, 0, 2_000);

test("the figures in a few lines, with the cursor below them", () => {
  expect(
    renderStatus({ counters, sample, history: [sample], uptimeMs: 65_400 }, 60).map((line) => Bun.stripANSI(line)),
  ).toEqual([
    "── up 1m 05s ──",
    "Connections  10 active, 1,234 total, 617/s, peak 0",
    "Received     2.50 GB/s, 5.00 GB in all       █",
    "Echoed       0 B/s, 0 B in all               ▁",
    "Trouble      2 rejected, 0 timed out, 0 errors",
    "",
  ]);
});
