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
  formatSize,
} from "../lib/units.ts";
import { renderChart } from "./chart.ts";
import type { LoadPlan } from "./plan.ts";

/** Ranges of the histogram. */
export const CHART_BARS = 12;

const LABEL_COLUMNS = 12;

const row = (label: string, ...cells: readonly string[]): string =>
  `${colors.bold(label.padEnd(LABEL_COLUMNS))}${cells.filter(Boolean).join("  ")}`;

const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;

function header(result: RunResult, plan: LoadPlan): string[] {
  const { target } = result;
  const where = target.family === "unix" ? target.address : `${target.host} port ${target.port}`;
  const resolved = target.family !== "unix" && target.address !== target.host ? ` (${target.address})` : "";
  const load = [
    plural(plan.connections, "connection"),
    `${formatSize(plan.messageBytes)} messages`,
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
            "Kernel",
            `rtt ${formatLatency(tcpInfo.rttUs * 1_000)} (min ${formatLatency(tcpInfo.minRttUs * 1_000)})`,
            `retransmits ${formatCount(tcpInfo.retransmits)}`,
            `cwnd ${tcpInfo.cwnd}`,
            `MSS ${tcpInfo.sndMss}`,
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

function errors({ errors: { total, byKind, first } }: RunResult): string[] {
  if (total === 0) return [row("Errors", "none")];
  const lines = [row("Errors", colors.red(formatCount(total)))];
  for (const [kind, count] of Object.entries(byKind)) {
    const example = first.find((failure) => failure.kind === kind);
    if (!example) continue;
    const where = example.connection === null ? "" : `connection ${example.connection}`;
    const at = example.offset === null ? "" : `, offset ${formatCount(example.offset)}`;
    const bytes = example.actual === null ? "" : ` (expected ${example.expected ?? "nothing"}, got ${example.actual})`;
    lines.push(`  ${colors.red(kind)} ${formatCount(count)}: ${where}${at}: ${example.message}${bytes}`);
  }
  return lines;
}

const verdicts = {
  pass: (result: RunResult) =>
    colors.green(
      result.options["verify"] === false
        ? "PASS  as many bytes came back as were sent; they were not compared"
        : "PASS  every byte came back as it was sent",
    ),
  fail: (result: RunResult) =>
    colors.red(
      result.errors.total > 0 ? `FAIL  ${plural(result.errors.total, "error")}` : "FAIL  nothing was measured",
    ),
  interrupted: () => colors.yellow("INTERRUPTED  no error until then"),
} as const;

/**
 * The result for people.
 * @param bars of the round trips' histogram
 * @param width columns to use
 */
export function renderReport(result: RunResult, plan: LoadPlan, bars: readonly LatencyBar[], width: number): string {
  const warnings = result.warnings.map(
    ({ code, message, advice }) => `${colors.yellow(`Warning ${code}`)}: ${message}; ${advice}`,
  );
  const blocks = [
    header(result, plan),
    totals(result),
    latency(result),
    renderChart(bars, width),
    errors(result),
    warnings,
    [verdicts[result.verdict](result)],
  ];
  const lines = blocks.filter((block) => block.length > 0).map((block) => block.join("\n"));
  return `${Bun.wrapAnsi(lines.join("\n\n"), width, { trim: false })}\n`;
}
