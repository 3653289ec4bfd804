import { engineText } from "../../lib/loop/engine.ts";
import { colors } from "consola/utils";
import type { LatencyBar } from "../../lib/latency/histogram.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { formatCount, formatDuration, plural } from "../../lib/units.ts";
import { renderChart } from "./chart.ts";
import type { Threshold } from "../../lib/result/thresholds.ts";
import { describeMessageSize } from "../payload/message-size.ts";
import type { LoadPlan } from "../run/plan.ts";
import { renderErrors, renderOutages, renderWarnings } from "./report-errors.ts";
import { renderLatency, renderSizes } from "./report-latency.ts";
import { renderTotals } from "./report-totals.ts";
import { wrap } from "./wrap.ts";
import { renderThresholds, renderVerdict } from "./verdict.ts";

/** Ranges of the histogram. */
export const CHART_BARS = 12;

function describeTraffic({ mode, messageSize, pipeline, openLoop }: LoadPlan): string[] {
  if (mode === "stream") return ["sockets kept full"];
  if (mode === "churn") return [`closed after one message each`, describeMessageSize(messageSize)];
  const inFlight = `${formatCount(pipeline)} in flight each`;
  if (!openLoop) return [describeMessageSize(messageSize), `closed loop with ${inFlight}`];
  const arrivals = openLoop.kind === "poisson" ? " at random (Poisson)" : "";
  return [
    describeMessageSize(messageSize),
    `open loop of ${formatCount(openLoop.messagesPerSecond)}/s${arrivals} with at most ${inFlight}`,
  ];
}

function header(result: RunResult, plan: LoadPlan): string[] {
  const { target } = result;
  const where = target.family === "unix" ? target.address : `${target.host} port ${target.port}`;
  const resolved = target.family !== "unix" && target.address !== target.host ? ` (${target.address})` : "";
  const load = [
    plural(plan.connections, "connection"),
    ...describeTraffic(plan),
    `${plural(plan.threads, "thread")} on ${engineText[plan.engine]}`,
  ];
  const ramp = plan.rampMs > 0 ? `a ramp of ${formatDuration(plan.rampMs)} and ` : "";
  return [
    `${colors.bold("echobench")} ${result.tool.version}  ${where}${resolved}`,
    colors.dim(load.join(", ")),
    colors.dim(
      `seed ${result.seed}, measured ${formatDuration(result.window.durationMs)} after ${ramp}${formatDuration(result.window.warmupMs)} of warm-up`,
    ),
  ];
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
  asked: readonly Threshold[],
  bars: readonly LatencyBar[],
  width: number,
): string {
  const blocks = [
    header(result, plan),
    renderTotals(result, plan),
    renderLatency(result),
    renderChart(bars, width),
    renderSizes(result),
    renderErrors(result),
    renderOutages(result),
    renderWarnings(result),
    renderThresholds(result, asked),
    [renderVerdict(result)],
  ];
  const shown = blocks.filter((block) => block.length > 0);
  return `${shown.map((block) => block.flatMap((line) => wrap(line, width)).join("\n")).join("\n\n")}\n`;
}
