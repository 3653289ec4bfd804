import { colors } from "consola/utils";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { harmless } from "../../lib/text/harmless.ts";
import { plural } from "../../lib/text/format-units.ts";
import { shardText } from "../options/shard.ts";
import { renderChart } from "./chart.ts";
import { describeLoad, describeTarget, describeWindow, type LoadOptions, loadOptionsOf } from "./load-options.ts";
import { renderErrors, renderOutages, renderThresholds, renderVerdict, renderWarnings } from "./report-findings.ts";
import { renderLatency, renderSizes } from "./report-latency.ts";
import { renderParts } from "./report-parts.ts";
import { renderTotals } from "./report-totals.ts";
import { wrap } from "./report-lines.ts";

/** Bars of the histogram. */
const CHART_BARS = 12;

/** Which part of the load a result is of, in front of the load. */
function describeShare({ shard, merged }: DecodedResult): string {
  if (shard) return `shard ${shardText(shard)} of `;
  return merged ? `${merged.parts.length} of ${plural(merged.of, "shard")} of ` : "";
}

function header(result: DecodedResult, load: LoadOptions): string[] {
  return [
    `${colors.bold("echobench")} ${result.tool.version}  ${describeTarget(result)}`,
    colors.dim(`${describeShare(result)}${describeLoad(load)}`),
    colors.dim(`seed ${result.seed}, ${describeWindow(result, load)}`),
  ];
}

/**
 * The result for people.
 * @param width columns to use
 */
export function renderReport(foreign: DecodedResult, width: number): string {
  const result = harmless(foreign);
  const load = loadOptionsOf(result);
  const blocks = [
    header(result, load),
    renderTotals(result, load),
    renderLatency(result),
    renderChart(result.histograms["rtt"]?.bars(CHART_BARS) ?? [], width),
    renderSizes(result),
    renderParts(result),
    renderErrors(result),
    renderOutages(result),
    renderWarnings(result),
    renderThresholds(result),
    [renderVerdict(result)],
  ];
  const shown = blocks.filter((block) => block.length > 0);
  return `${shown.map((block) => block.flatMap((line) => wrap(line, width)).join("\n")).join("\n\n")}\n`;
}
