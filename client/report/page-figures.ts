import type { LatencyBar } from "../../lib/latency/histogram.ts";
import type { LatencySummary } from "../../lib/latency/latency-summary.ts";
import { briefFields, latencyRows } from "../../lib/latency/percentiles.ts";
import { type Html, html, when } from "../../lib/page/html.ts";
import { chartHolder } from "../../lib/page/page.ts";
import { figures, folded } from "../../lib/page/table.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { limitTexts } from "./limit-texts.ts";
import { shardTable } from "./shard-table.ts";
import {
  formatBitRate,
  formatByteRate,
  formatBytes,
  formatCount,
  formatLatency,
  formatSizeRange,
  plural,
} from "../../lib/text/format-units.ts";

const shown = [
  ...latencyRows,
  { field: "mean", label: "mean" },
  { field: "stddev", label: "standard deviation" },
] as const;

function latencies(result: DecodedResult): Array<readonly [string, LatencySummary]> {
  const { rttNs, serviceNs, windowWaitNs, sendLagNs, connectNs, lifeNs } = result;
  const all = [
    ["round trip", rttNs],
    ["service", serviceNs],
    ["window wait", windowWaitNs],
    ["send lag", sendLagNs],
    ["connect", connectNs],
    ["whole life", lifeNs],
  ] as const;
  // A schedule that never waited for room needs no column that says so.
  return all.flatMap(([name, summary]) => (summary && summary.max > 0 ? [[name, summary] as const] : []));
}

/** Percentiles of everything that was timed, in a table of which each column may have a curve. */
export function latencySection(result: DecodedResult, hasCurve: boolean): Html {
  const columns = latencies(result);
  const rows = shown.map(({ field, label }) => [label, ...columns.map(([, summary]) => formatLatency(summary[field]))]);
  return html`<h2>Latency</h2>
    ${when(hasCurve, () => chartHolder("percentiles", "Latency by percentile"))}
    ${figures(["", ...columns.map(([name]) => name)], [...rows, ["samples", ...columns.map(([, { count }]) => formatCount(count))]])}`;
}

/** The time series. */
export function seriesSection({ intervals, rttNs, ways }: DecodedResult): Html {
  const hasMessages = rttNs.count > 0;
  const hasBoth = Boolean(ways?.upload && ways.download);
  const rows = intervals.map((row) => [
    `${(row.endMs / 1_000).toFixed(1)} s`,
    ...(hasMessages ? [formatCount(row.messages)] : []),
    ...(hasBoth
      ? [formatBytes(row.uploadedBytes ?? 0), formatBytes(row.bytes - (row.uploadedBytes ?? 0))]
      : [formatBytes(row.bytes)]),
    ...(hasMessages ? briefFields.map((field) => (row.messages > 0 ? formatLatency(row.rttNs[field]) : "–")) : []),
    formatCount(row.errors),
    row.retransmits === null ? "–" : formatCount(row.retransmits),
    row.tcp ? formatLatency(row.tcp.rttUs * 1_000) : "–",
    row.tcp ? formatCount(row.tcp.cwnd) : "–",
  ]);
  const titles = [
    ...[
      "until",
      ...(hasMessages ? ["messages"] : []),
      ...(hasBoth ? ["upload", "download"] : [ways ? "bytes" : "echoed"]),
    ],
    ...(hasMessages ? briefFields : []),
    ...["errors", "retransmits", "TCP round trip", "congestion window"],
  ];
  return html`<h2>Over time</h2>
    ${chartHolder("rate", "Throughput")} ${when(hasMessages, () => chartHolder("latency", "Round trip"))}
    ${folded(plural(rows.length, "row"), figures(titles, rows))}`;
}

/** How many round trips took how long. */
export function histogramSection(bars: readonly LatencyBar[]): Html {
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const rows = bars.map(({ toNs, count }) => [
    `≤ ${formatLatency(toNs)}`,
    formatCount(count),
    `${((100 * count) / total).toFixed(3)} %`,
  ]);
  return html`<h2>Histogram of round trips</h2>
    ${chartHolder("histogram", "Messages by round trip")}
    ${folded(plural(rows.length, "range"), figures(["round trip", "messages", "share"], rows))}`;
}

/** Round trips by message size, where sizes differ. */
export function sizeSection({ sizes }: DecodedResult): Html {
  const rows = sizes.map(({ minBytes, maxBytes, messages, rttNs }) => [
    formatSizeRange(minBytes, maxBytes),
    formatCount(messages),
    ...briefFields.map((field) => formatLatency(rttNs[field])),
  ]);
  return when(
    rows.length > 0,
    () =>
      html`<h2>By message size</h2>
        ${figures(["size", "messages", ...briefFields], rows)}`,
  );
}

/** The shards that a merged result was made of. */
export function shardSection(result: DecodedResult): Html {
  const { columns, rows, more } = shardTable(result);
  const table = rows.map(({ cells, state }) => [...cells, state]);
  return when(
    rows.length > 0,
    () =>
      html`<h2>Shards</h2>
        ${figures(columns, table)} ${when(more > 0, () => html`<p class="faint">and ${formatCount(more)} more</p>`)}`,
  );
}

/** Each way of a load that moves bytes one way, and what the kernel of the end that sent says of it. */
export function waySection({ ways }: DecodedResult): Html {
  const rows = Object.entries({ upload: ways?.upload, download: ways?.download }).flatMap(([name, way]) => {
    if (!way) return [];
    const { bytes, bytesPerSecond, sender, ecn } = way;
    const kernel = sender
      ? [
          limitTexts[sender.limitedBy],
          formatLatency(sender.rttUs * 1_000),
          formatLatency(sender.minRttUs * 1_000),
          formatCount(sender.retransmits),
          formatCount(sender.cwnd),
        ]
      : ["–", "–", "–", "–", "–"];
    const marking = ecn ? `on ${formatCount(ecn.ecnConnections)} of ${formatCount(ecn.connections)}` : "–";
    const rate = [formatByteRate(bytesPerSecond), formatBitRate(bytesPerSecond)];
    return [[name, formatBytes(bytes), ...rate, ...kernel, marking]];
  });
  const columns = ["", "bytes", "a second", "bits", "limited by", "rtt", "smallest", "sent again", "cwnd", "ECN"];
  return when(
    rows.length > 0,
    () =>
      html`<h2>Each way</h2>
        ${figures(columns, rows)}`,
  );
}
