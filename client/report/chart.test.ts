import { expect, test } from "bun:test";
import { renderChart } from "./chart.ts";

const bars = [
  { fromNs: 10_000, toNs: 20_000, count: 10_000 },
  { fromNs: 20_000, toNs: 40_000, count: 5_000 },
  { fromNs: 40_000, toNs: 80_000, count: 0 },
  { fromNs: 80_000, toNs: 1_600_000, count: 1 },
];

test("draws bars in proportion; a small count is still visible, and no count has no bar", () => {
  expect(renderChart(bars, 45)).toEqual([
    "  ≤ 20.0 µs  ██████████████ 10,000  66.66 %",
    "  ≤ 40.0 µs  ███████         5,000  33.33 %",
    "  ≤ 80.0 µs                      0",
    "  ≤ 1.60 ms  ▏                   1  <0.01 %",
  ]);
});

test("fits the given width", () => {
  for (const width of [40, 60, 80, 120]) {
    for (const line of renderChart(bars, width)) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
  }
});

test("draws nothing without samples", () => expect(renderChart([], 80)).toEqual([]));
