import { colors } from "consola/utils";
import { briefFields, latencyRows } from "../../lib/latency/percentiles.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatCount, formatLatency, formatSizeRange } from "../../lib/text/format-units.ts";

/** Percentiles side by side: round trips, and in an open loop the service time, window wait and send lag they consist of. */
export function renderLatency({ rttNs, serviceNs, windowWaitNs, sendLagNs }: DecodedResult): string[] {
  if (rttNs.count === 0) return [];
  // A schedule that never waited for room needs no column that says so.
  const waits = windowWaitNs && windowWaitNs.max > 0 ? [["window wait", windowWaitNs] as const] : [];
  const parts =
    serviceNs && sendLagNs ? [["service", serviceNs] as const, ...waits, ["send lag", sendLagNs] as const] : [];
  const columns = [["round trip", rttNs] as const, ...parts];
  const spread = `mean ${formatLatency(rttNs.mean)}, standard deviation ${formatLatency(rttNs.stddev)}, jitter ${formatLatency(rttNs.jitter)}`;
  const names = serviceNs ? [`${" ".repeat(7)}${columns.map(([name]) => name.padStart(12)).join("")}`] : [];
  return [
    `${colors.bold("Round trip")}  ${colors.dim(spread)}`,
    ...(serviceNs ? [colors.dim("  from when a message was due; service is from when it was sent")] : []),
    ...names,
    ...latencyRows.map(({ field, label }) => {
      const values = columns.map(([, summary], i) => formatLatency(summary[field]).padStart(i === 0 ? 8 : 10));
      return `  ${label.padStart(7)}  ${values.join("  ")}`;
    }),
  ];
}

/** Round trips by message size, where sizes differ. */
export function renderSizes({ sizes }: DecodedResult): string[] {
  if (sizes.length === 0) return [];
  const titles = ["size", "messages", ...briefFields];
  const rows = sizes.map(({ minBytes, maxBytes, messages, rttNs }) => [
    formatSizeRange(minBytes, maxBytes),
    formatCount(messages),
    ...briefFields.map((field) => formatLatency(rttNs[field])),
  ]);
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((text, i) => text.padStart(widths[i] ?? 0)).join("  ")}`;
  return [colors.bold("By message size"), line(titles), ...rows.map(line)];
}
