import { harmless } from "../../lib/text/harmless.ts";
import {
  formatBitRate,
  formatByteRate,
  formatCount,
  formatDuration,
  formatLatency,
  plural,
} from "../../lib/text/format-units.ts";
import { verdictLine } from "../report/answer.ts";
import { row, wrap } from "../report/report-lines.ts";
import type { BloatInterval } from "./bloat.ts";
import type { BloatResult } from "./result.ts";

type Rates = Pick<BloatResult, "bytesPerSecond" | "uploadedBytesPerSecond">;

/** What goes up and down, each by itself, of a load that goes both ways. */
const wayTexts = ({ bytesPerSecond, uploadedBytesPerSecond: up }: Rates): string[] =>
  up === null ? [] : [`up ${formatBitRate(up)}`, `down ${formatBitRate(bytesPerSecond - up)}`];

/** An interval as a row. */
export const renderBloatInterval = ({ endMs, connections, rttNs, ...rates }: BloatInterval): string =>
  [
    formatDuration(Math.round(endMs / 100) * 100).padStart(7),
    plural(connections, "connection").padStart(14),
    formatBitRate(rates.bytesPerSecond).padStart(12),
    ...wayTexts(rates),
    `round trip ${formatLatency(rttNs)}`,
  ].join("  ");

function latencyRow(title: string, { trimmedMean, p50, p95, max, count }: BloatResult["idleNs"]): string {
  const figures = [`mean ${formatLatency(trimmedMean)}`, `p50 ${formatLatency(p50)}`, `p95 ${formatLatency(p95)}`];
  return row(title, ...figures, `max ${formatLatency(max)}`, plural(count, "probe"));
}

/** The result as text. @param width columns */
export function renderBloat(foreign: BloatResult, width: number): string {
  const result = harmless(foreign);
  const { idleNs, loadedNs, bytesPerSecond, roundTripsPerMinute, idleRoundTripsPerMinute, heldBackShare } = result;
  const limited =
    heldBackShare === null ? [] : [`${Math.round(heldBackShare * 100)} % of it limited by the server's window`];
  const lines = [
    verdictLine(result),
    ...result.advice.map((line) => `  ${line}`),
    "",
    row("Target", result.target),
    latencyRow("Idle", idleNs),
    latencyRow("Loaded", loadedNs),
    row("RPM", `${formatCount(roundTripsPerMinute)} loaded`, `${formatCount(idleRoundTripsPerMinute)} idle`),
    row("Load", formatByteRate(bytesPerSecond), formatBitRate(bytesPerSecond), ...wayTexts(result), ...limited),
  ];
  return `${lines.flatMap((line) => wrap(line, width)).join("\n")}\n`;
}
