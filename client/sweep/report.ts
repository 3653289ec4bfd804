import { colors } from "consola/utils";
import { formatByteRate, formatCount, formatLatency } from "../../lib/units.ts";
import { bar } from "../report/chart.ts";
import { verdictLine } from "../report/answer.ts";
import { row, wrap } from "../report/report-lines.ts";
import { pointName } from "./answer.ts";
import type { Axis } from "./options.ts";
import type { SweepPoint, SweepResult } from "./result.ts";

const LEAST_BAR_COLUMNS = 8;

const titles = { size: "message", conns: "connections", buffer: "buffer", rate: "rate" } as const;

function cellsOf(axis: Axis, point: SweepPoint): string[] {
  const { messagesPerSecond, bytesPerSecond, rttNs, hasKept } = point;
  const kept = axis === "rate" ? [hasKept === true ? "kept" : "broken"] : [];
  return [
    pointName(axis, point),
    formatCount(messagesPerSecond),
    formatByteRate(bytesPerSecond),
    ...[rttNs.p50, rttNs.p99, rttNs.max].map(formatLatency),
    ...kept,
  ];
}

const headerOf = (axis: Axis): string[] => [
  ...[titles[axis], "messages/s", "throughput", "p50", "p99", "max"],
  ...(axis === "rate" ? ["bounds"] : []),
];

/** A point as it is measured. */
export function renderPoint(axis: Axis, point: SweepPoint): string {
  const [name = "", messages = "", throughput = "", p50 = "", p99 = ""] = cellsOf(axis, point);
  return `${name.padStart(14)}  ${messages.padStart(9)}/s  ${throughput.padStart(9)}  p50 ${p50}  p99 ${p99}`;
}

/** Figures of all points in columns, each row with a bar of what matters: throughput, or p99 where rates are compared. */
function renderChart({ axis, points }: SweepResult, width: number): string[] {
  const rows = [headerOf(axis), ...points.map((point) => cellsOf(axis, point))];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((cells) => Bun.stringWidth(cells[i] ?? ""))));
  const lines = rows.map((cells) =>
    cells.map((cell, i) => " ".repeat((widths[i] ?? 0) - Bun.stringWidth(cell)) + cell).join("  "),
  );
  const [header = "", ...figures] = lines;
  const left = width - Bun.stringWidth(header) - 4;
  const values = points.map(({ bytesPerSecond, rttNs }) => (axis === "rate" ? rttNs.p99 : bytesPerSecond));
  const highest = Math.max(...values);
  const bars = values.map((value) =>
    highest > 0 && left >= LEAST_BAR_COLUMNS ? `  ${bar(value / highest, left)}` : "",
  );
  const what = axis === "rate" ? "p99" : "throughput";
  return [
    colors.dim(`${header}${left >= LEAST_BAR_COLUMNS ? `  ${what}` : ""}`),
    ...figures.map((line, i) => `${line}${bars[i] ?? ""}`),
  ];
}

/** The result for people. @param width columns */
export function renderSweep(result: SweepResult, width: number): string {
  const words = [
    verdictLine(result),
    ...result.advice.map((line) => `  ${line}`),
    "",
    row("Target", result.target),
    "",
  ];
  return `${[...words.flatMap((line) => wrap(line, width)), ...renderChart(result, width)].join("\n")}\n`;
}
