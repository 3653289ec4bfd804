import { type Html, html, when } from "../../lib/page/html.ts";
import { renderPage } from "../../lib/page/page.ts";
import {
  histogramChart,
  latencyChart,
  type NamedHistogram,
  type NamedRows,
  percentileChart,
  rateChart,
} from "../../lib/page/run-charts.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatByteRate, formatCount, formatLatency, formatTime } from "../../lib/text/format-units.ts";
import { describeLoad, describeTarget, describeWindow, loadOptionsOf } from "./load-options.ts";
import {
  histogramSection,
  latencySection,
  seriesSection,
  shardSection,
  sizeSection,
  waySection,
} from "./page-figures.ts";
import { findingsSection } from "./page-findings.ts";
import { serverSection, settingsSection } from "./page-settings.ts";

const BARS = 40;

/** How a page shows a verdict. */
export const pageVerdicts = {
  pass: { style: "good", text: "PASS" },
  fail: { style: "bad", text: "FAIL" },
  interrupted: { style: "doubt", text: "INTERRUPTED" },
} as const;

function head(result: DecodedResult): Html {
  const { style, text } = pageVerdicts[result.verdict];
  const { startedAt, tool, seed } = result;
  const load = loadOptionsOf(result);
  const labels = Object.entries(result.labels).map(([key, value]) => `${key}=${value}`);
  return html`<header>
    <h1><span class="verdict ${style}">${text}</span> echobench, ${describeTarget(result)}</h1>
    <p>${describeLoad(load)}</p>
    <p class="faint">
      ${formatTime(startedAt)}, ${describeWindow(result, load)}, seed ${seed}, echobench ${tool.version}
    </p>
    ${when(labels.length > 0, () => html`<p class="faint">labels: ${labels.join(", ")}</p>`)}
    <p class="${style}">${result.reason}</p>
  </header>`;
}

const card = (name: string, value: string): Html => html`<div class="card"><b>${value}</b>${name}</div>`;

const wayCards = ({ upload, download }: NonNullable<DecodedResult["ways"]>): Html =>
  html`${when(upload !== null, () => card("upload", formatByteRate(upload?.bytesPerSecond ?? 0)))}
  ${when(download !== null, () => card("download", formatByteRate(download?.bytesPerSecond ?? 0)))}`;

function cards({ totals, throughput, rttNs, errors, ways }: DecodedResult): Html {
  const { connectionsPerSecond } = throughput;
  const hasMessages = rttNs.count > 0;
  return html`<div class="cards">
    ${when(hasMessages, () => card("messages/s", formatCount(throughput.messagesPerSecond)))}
    ${when(connectionsPerSecond !== null, () => card("connects/s", formatCount(connectionsPerSecond ?? 0)))}
    ${ways ? wayCards(ways) : card("echoed", formatByteRate(throughput.bytesPerSecond))}
    ${when(hasMessages, () => html`${card("median", formatLatency(rttNs.p50))}${card("p99", formatLatency(rttNs.p99))}${card("max", formatLatency(rttNs.max))}`)}
    ${card("connections", formatCount(totals.connections))}
    ${card(errors.total === 1 ? "error" : "errors", formatCount(errors.total))}
  </div>`;
}

function namedHistograms({ histograms }: DecodedResult): NamedHistogram[] {
  const names = [
    ["rtt", "round trip"],
    ["service", "service"],
    ["windowWait", "window wait"],
    ["sendLag", "send lag"],
  ] as const;
  return names.flatMap(([key, label]) => {
    const histogram = histograms[key];
    return histogram && histogram.range.max > 0 ? [{ label, histogram }] : [];
  });
}

/** Throughput over time; of both ways at once, each by itself. */
function rateSeries({ ways, intervals }: DecodedResult): NamedRows[] {
  if (!ways?.upload || !ways.download) return [{ label: "throughput", rows: intervals }];
  const up = intervals.map((row) => ({ ...row, bytes: row.uploadedBytes ?? 0 }));
  const down = intervals.map((row) => ({ ...row, bytes: row.bytes - (row.uploadedBytes ?? 0) }));
  return [
    { label: "upload", rows: up },
    { label: "download", rows: down },
  ];
}

/** The result of one run as a self-contained page. */
export function renderRunPage(result: DecodedResult): string {
  const hasMessages = result.rttNs.count > 0;
  const hasRows = result.intervals.length > 0;
  const named = hasMessages ? namedHistograms(result) : [];
  const bars = named[0]?.histogram.bars(BARS) ?? [];
  const body = html`${head(result)}
    <main>
      ${cards(result)} ${findingsSection(result)} ${waySection(result)} ${latencySection(result, hasMessages)}
      ${when(hasRows, () => seriesSection(result))} ${when(bars.length > 0, () => histogramSection(bars))}
      ${sizeSection(result)} ${shardSection(result)} ${serverSection(result)} ${settingsSection(result)}
    </main>`;
  const charts = [
    ...(hasMessages ? [percentileChart("percentiles", named, "latency")] : []),
    ...(hasRows ? [rateChart("rate", rateSeries(result))] : []),
    ...(hasRows && hasMessages ? [latencyChart("latency", result.intervals)] : []),
    ...(bars.length > 0 ? [histogramChart("histogram", bars)] : []),
  ];
  return renderPage({
    title: `echobench, ${describeTarget(result)}: ${pageVerdicts[result.verdict].text}`,
    body,
    charts,
  });
}
