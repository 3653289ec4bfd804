import { colors } from "consola/utils";
import type { LatencyBar } from "../lib/histogram.ts";
import type { RunResult } from "../lib/run-result.ts";
import {
  formatBitRate,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  plural,
} from "../lib/units.ts";
import { renderChart } from "./chart.ts";
import type { Expectation } from "./expectations.ts";
import { describeMessageSize } from "./message-size.ts";
import type { LoadPlan } from "./plan.ts";
import { renderExpectations, renderVerdict } from "./verdict.ts";

type Failure = RunResult["errors"]["first"][number];

/** Ranges of the histogram. */
export const CHART_BARS = 12;

const LABEL_COLUMNS = 12;

const row = (label: string, ...cells: readonly string[]): string =>
  `${colors.bold(label.padEnd(LABEL_COLUMNS))}${cells.filter(Boolean).join("  ")}`;

function header(result: RunResult, plan: LoadPlan): string[] {
  const { target } = result;
  const where = target.family === "unix" ? target.address : `${target.host} port ${target.port}`;
  const resolved = target.family !== "unix" && target.address !== target.host ? ` (${target.address})` : "";
  const load = [
    plural(plan.connections, "connection"),
    describeMessageSize(plan.messageSize),
    `closed loop with ${formatCount(plan.pipeline)} in flight each`,
    plural(plan.threads, "thread"),
  ];
  return [
    `${colors.bold("echobench")} ${result.tool.version}  ${where}${resolved}`,
    colors.dim(load.join(", ")),
    colors.dim(
      `seed ${result.seed}, measured ${formatDuration(result.window.durationMs)} after ${formatDuration(result.window.warmupMs)} of warm-up`,
    ),
  ];
}

function totals(result: RunResult): string[] {
  const { totals: total, throughput, cpu, tcpInfo, connectNs } = result;
  const cores = result.window.durationMs > 0 ? (cpu.userMs + cpu.systemMs) / result.window.durationMs : 0;
  const { bytesPerSecond } = throughput;
  return [
    row("Messages", formatCount(total.messages), colors.cyan(`${formatCount(throughput.messagesPerSecond)}/s`)),
    row(
      "Data",
      formatBytes(total.bytesReceived),
      colors.cyan(formatByteRate(bytesPerSecond)),
      formatBitRate(bytesPerSecond),
    ),
    row(
      "Connects",
      formatCount(total.connections),
      `median ${formatLatency(connectNs.p50)}`,
      `max ${formatLatency(connectNs.max)}`,
    ),
    row("Client CPU", `${cpu.perMessageUs.toFixed(2)} µs a message`, `${(cores * 100).toFixed(0)} % of a core`),
    ...(tcpInfo
      ? [
          row(
            "TCP",
            `rtt ${formatLatency(tcpInfo.rttUs * 1_000)} (min ${formatLatency(tcpInfo.minRttUs * 1_000)})`,
            `retransmits ${formatCount(tcpInfo.retransmits)}`,
            `cwnd ${formatCount(tcpInfo.cwnd)}`,
            `MSS ${formatCount(tcpInfo.sndMss)}`,
          ),
        ]
      : []),
  ];
}

function latency({ rttNs }: RunResult): string[] {
  if (rttNs.count === 0) return [];
  const percentiles = [
    ["min", rttNs.min],
    ["p50", rttNs.p50],
    ["p75", rttNs.p75],
    ["p90", rttNs.p90],
    ["p95", rttNs.p95],
    ["p99", rttNs.p99],
    ["p99.9", rttNs.p99_9],
    ["p99.99", rttNs.p99_99],
    ["max", rttNs.max],
  ] as const;
  const spread = `mean ${formatLatency(rttNs.mean)}, standard deviation ${formatLatency(rttNs.stddev)}, jitter ${formatLatency(rttNs.jitter)}`;
  return [
    `${colors.bold("Round trip")}  ${colors.dim(spread)}`,
    ...percentiles.map(([name, ns]) => `  ${name.padStart(7)}  ${formatLatency(ns).padStart(8)}`),
  ];
}

function errorLines(kind: string, count: number, first: Failure | undefined): string[] {
  if (!first) return [`  ${colors.red(kind)} ${formatCount(count)}`];
  const offset = first.offset === null ? "" : ` at offset ${formatCount(first.offset)}`;
  const where = `${count > 1 ? "first on " : ""}connection ${formatCount(first.connection ?? 0)}${offset}`;
  const bytes = first.actual === null ? [] : [`expected ${first.expected ?? "nothing"}`, `got      ${first.actual}`];
  return [
    `  ${colors.red(kind)} ${formatCount(count)}, ${where}:`,
    `    ${first.message}`,
    ...bytes.map((line) => `    ${line}`),
  ];
}

function errors({ errors: { total, byKind, first } }: RunResult): string[] {
  if (total === 0) return [row("Errors", "none")];
  const kinds = Object.entries(byKind).flatMap(([kind, count]) =>
    errorLines(
      kind,
      count,
      first.find((failure) => failure.kind === kind),
    ),
  );
  return [row("Errors", colors.red(formatCount(total))), ...kinds];
}

const warnings = (result: RunResult): string[] =>
  result.warnings.map(({ code, message, advice }) => `${colors.yellow(`Warning ${code}`)}: ${message}; ${advice}`);

/** A line in as many lines of at most `width` columns as it takes, all but the first indented. */
function wrap(line: string, width: number): string[] {
  if (Bun.stringWidth(line) <= width) return [line];
  const indent = line.startsWith(" ") ? "      " : "  ";
  const [first = "", ...more] = Bun.wrapAnsi(line.trimStart(), width - indent.length).split("\n");
  return [line.slice(0, line.length - line.trimStart().length) + first, ...more.map((rest) => indent + rest)];
}

/**
 * The result for people.
 * @param asked the bounds, in the order of the result's expectations
 * @param bars of the round trips' histogram
 * @param width columns to use
 */
export function renderReport(
  result: RunResult,
  plan: LoadPlan,
  asked: readonly Expectation[],
  bars: readonly LatencyBar[],
  width: number,
): string {
  const blocks = [
    header(result, plan),
    totals(result),
    latency(result),
    renderChart(bars, width),
    errors(result),
    warnings(result),
    renderExpectations(result, asked),
    [renderVerdict(result)],
  ];
  const shown = blocks.filter((block) => block.length > 0);
  return `${shown.map((block) => block.flatMap((line) => wrap(line, width)).join("\n")).join("\n\n")}\n`;
}
