import { colors } from "consola/utils";
import { harmless } from "../../lib/text/harmless.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { formatByteRate, formatCount, formatLatency } from "../../lib/text/format-units.ts";
import { bar } from "../report/chart.ts";
import { verdictLine } from "../report/answer.ts";
import { row, wrap } from "../report/report-lines.ts";
import { pointName } from "./answer.ts";
import type { Axis } from "./options.ts";
import type { SweepPoint, SweepResult } from "./result.ts";

const MIN_BAR_COLUMNS = 8;

const titles = { size: "message", conns: "connections", buffer: "buffer", rate: "rate" } as const;

/** Whether a point of --find-rate met the thresholds, in a word. */
export const thresholdsText = ({ hasKept }: SweepPoint): string => (hasKept === true ? "met" : "missed");

function cellsOf(axis: Axis, point: SweepPoint): string[] {
  const { messagesPerSecond, bytesPerSecond, rttNs } = point;
  return [
    pointName(axis, point),
    formatCount(messagesPerSecond),
    formatByteRate(bytesPerSecond),
    ...[rttNs.p50, rttNs.p99, rttNs.max].map(formatLatency),
    ...(axis === "rate" ? [thresholdsText(point)] : []),
  ];
}

const headerOf = (axis: Axis): string[] => [
  ...[titles[axis], "messages/s", "throughput", "p50", "p99", "max"],
  ...(axis === "rate" ? ["thresholds"] : []),
];

/** A point as a row while the sweep goes on. */
export function renderPoint(axis: Axis, point: SweepPoint): string {
  const [name = "", messages = "", throughput = "", p50 = "", p99 = ""] = cellsOf(axis, point);
  return `${name.padStart(14)}  ${messages.padStart(9)}/s  ${throughput.padStart(9)}  p50 ${p50}  p99 ${p99}`;
}

/** A table of all points. Where it fits, each row has a bar: its throughput, or its p99 where rates are compared. */
function renderPoints({ axis, points }: SweepResult, width: number): string[] {
  const table = renderTable(
    headerOf(axis),
    points.map((point) => cellsOf(axis, point)),
  );
  const [header = "", rule = "", ...rows] = table.split("\n");
  const barColumns = width - Bun.stringWidth(rule) - 4;
  if (barColumns < MIN_BAR_COLUMNS) return [colors.dim(header), ...rows];
  const values = points.map(({ bytesPerSecond, rttNs }) => (axis === "rate" ? rttNs.p99 : bytesPerSecond));
  const highest = Math.max(...values);
  const shareOf = (value: number): number => (highest > 0 ? value / highest : 0);
  return [
    colors.dim(`${header}  ${axis === "rate" ? "p99" : "throughput"}`),
    ...rows.map((line, i) => `${line}  ${bar(shareOf(values[i] ?? 0), barColumns)}`.trimEnd()),
  ];
}

/** The result as text. @param width columns */
export function renderSweep(foreign: SweepResult, width: number): string {
  const result = harmless(foreign);
  const words = [
    verdictLine(result),
    ...result.advice.map((line) => `  ${line}`),
    "",
    row("Target", result.target),
    "",
  ];
  return `${[...words.flatMap((line) => wrap(line, width)), ...renderPoints(result, width)].join("\n")}\n`;
}
