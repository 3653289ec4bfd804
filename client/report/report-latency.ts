import { colors } from "consola/utils";
import { briefFields, latencyRows } from "../../lib/latency/percentiles.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatCount, formatLatency, formatSizeRange } from "../../lib/text/format-units.ts";

/** Percentiles side by side: round trips, and in an open loop the service time and send lag they consist of. */
export function renderLatency({ rttNs, serviceNs, sendLagNs }: DecodedResult): string[] {
  if (rttNs.count === 0) return [];
  const columns = [rttNs, ...(serviceNs && sendLagNs ? [serviceNs, sendLagNs] : [])];
  const spread = `mean ${formatLatency(rttNs.mean)}, standard deviation ${formatLatency(rttNs.stddev)}, jitter ${formatLatency(rttNs.jitter)}`;
  const names = serviceNs ? [`${" ".repeat(9)}round trip     service    send lag`] : [];
  return [
    `${colors.bold("Round trip")}  ${colors.dim(spread)}`,
    ...(serviceNs ? [colors.dim("  from when a message was due; service is from when it was sent")] : []),
    ...names,
    ...latencyRows.map(({ field, label }) => {
      const values = columns.map((column, i) => formatLatency(column[field]).padStart(i === 0 ? 8 : 10));
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
