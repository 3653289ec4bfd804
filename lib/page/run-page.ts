import type { LatencyBar } from "../latency/histogram.ts";
import type { LatencySummary } from "../latency/latency-summary.ts";
import { briefFields, latencyRows } from "../latency/percentiles.ts";
import type { DecodedResult } from "../result/decoded-result.ts";
import { optionText } from "../result/option-text.ts";
import { formatActual } from "../result/thresholds.ts";
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  formatSizeRange,
  plural,
} from "../text/format-units.ts";
import { type Html, html, when } from "./html.ts";
import { chartHolder, renderPage } from "./page.ts";
import { histogramChart, latencyChart, type NamedHistogram, percentileChart, rateChart } from "./run-charts.ts";
import { facts, figures, folded } from "./table.ts";

type Failure = DecodedResult["errors"]["first"][number];

const BARS = 40;

const shown = [
  ...latencyRows,
  { field: "mean", label: "mean" },
  { field: "stddev", label: "standard deviation" },
] as const;

const verdicts = {
  pass: { style: "good", text: "PASS" },
  fail: { style: "bad", text: "FAIL" },
  interrupted: { style: "doubt", text: "INTERRUPTED" },
} as const;

const titleOf = ({ target }: DecodedResult): string =>
  target.family === "unix" ? target.address : `${target.host} port ${target.port}`;

function head(result: DecodedResult): Html {
  const { style, text } = verdicts[result.verdict];
  const { startedAt, window, tool, options } = result;
  const labels = Object.entries(result.labels).map(([key, value]) => `${key}=${value}`);
  return html`<header>
    <h1><span class="verdict ${style}">${text}</span> echobench, ${titleOf(result)}</h1>
    <p class="faint">
      ${startedAt.slice(0, 19).replace("T", " ")} UTC, ${optionText(options["mode"])} mode, measured
      ${formatDuration(window.durationMs)} after ${formatDuration(window.warmupMs)} of warm-up, echobench
      ${tool.version}
    </p>
    <p>${result.reason}</p>
    ${when(labels.length > 0, () => html`<p class="faint">${labels.join(", ")}</p>`)}
  </header>`;
}

const card = (name: string, value: string): Html => html`<div class="card"><b>${value}</b>${name}</div>`;

function cards({ totals, throughput, rttNs, errors }: DecodedResult): Html {
  const { connectionsPerSecond } = throughput;
  const hasMessages = rttNs.count > 0;
  return html`<div class="cards">
    ${when(hasMessages, () => card("messages/s", formatCount(throughput.messagesPerSecond)))}
    ${when(connectionsPerSecond !== null, () => card("connects/s", formatCount(connectionsPerSecond ?? 0)))}
    ${card("echoed", formatByteRate(throughput.bytesPerSecond))}
    ${when(hasMessages, () => html`${card("median", formatLatency(rttNs.p50))}${card("p99", formatLatency(rttNs.p99))}${card("max", formatLatency(rttNs.max))}`)}
    ${card("connections", formatCount(totals.connections))}
    ${card(errors.total === 1 ? "error" : "errors", formatCount(errors.total))}
  </div>`;
}

/** Expected and actual bytes, if bytes differ. */
const bytes = (failure: Failure): string =>
  failure.actual === null ? "" : `; expected ${failure.expected ?? "nothing"}, got ${failure.actual}`;

function findings({ warnings, errors, expectations, outages }: DecodedResult): Html {
  const outageRows = outages.map(({ connection, cause, startMs, durationMs, failedConnects }) => [
    `${(startMs / 1_000).toFixed(3)} s`,
    formatCount(connection),
    cause,
    durationMs === null ? "until the end" : formatLatency(durationMs * 1e6),
    formatCount(failedConnects),
  ]);
  return html`${when(
    warnings.length > 0,
    () =>
      html`<h2>Warnings</h2>
        ${warnings.map(({ code, message, advice }) => html`<p><b class="doubt">${code}</b> ${message}; ${advice}</p>`)}`,
  )}
  ${when(
    errors.total > 0,
    () =>
      html`<h2>Errors</h2>
        ${facts(Object.entries(errors.byKind).map(([kind, count]) => [kind, formatCount(count)]))}
        ${errors.first.map((failure) => html`<p><b class="bad">${failure.kind}</b> connection ${failure.connection ?? 0}${failure.offset === null ? "" : ` at offset ${formatCount(failure.offset)}`}: ${failure.message}${bytes(failure)}</p>`)}`,
  )}
  ${when(
    expectations.length > 0,
    () =>
      html`<h2>Expected</h2>
        ${figures(
          ["threshold", "", "measured"],
          expectations.map((judgement) => [
            judgement.expression,
            judgement.ok ? "kept" : "broken",
            formatActual(judgement),
          ]),
        )}`,
  )}
  ${when(
    outages.length > 0,
    () =>
      html`<h2>Outages</h2>
        ${figures(["start", "connection", "cause", "length", "failed connects"], outageRows)}`,
  )}`;
}

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
  return all.flatMap(([name, summary]) => (summary && summary.count > 0 ? [[name, summary] as const] : []));
}

function latencySection(result: DecodedResult, hasCurve: boolean): Html {
  const columns = latencies(result);
  const rows = shown.map(({ field, label }) => [label, ...columns.map(([, summary]) => formatLatency(summary[field]))]);
  return html`<h2>Latency</h2>
    ${when(hasCurve, () => chartHolder("percentiles", "Latency by percentile"))}
    ${figures(["", ...columns.map(([name]) => name)], [...rows, ["samples", ...columns.map(([, { count }]) => formatCount(count))]])}`;
}

function seriesSection({ intervals, rttNs }: DecodedResult): Html {
  const hasMessages = rttNs.count > 0;
  const rows = intervals.map((row) => [
    `${(row.endMs / 1_000).toFixed(1)} s`,
    ...(hasMessages ? [formatCount(row.messages)] : []),
    formatBytes(row.bytes),
    ...(hasMessages ? briefFields.map((field) => (row.messages > 0 ? formatLatency(row.rttNs[field]) : "–")) : []),
    formatCount(row.errors),
    formatCount(row.retransmits ?? 0),
    row.tcp ? formatLatency(row.tcp.rttUs * 1_000) : "–",
    row.tcp ? formatCount(row.tcp.cwnd) : "–",
  ]);
  const titles = [
    ...["until", ...(hasMessages ? ["messages"] : []), "echoed", ...(hasMessages ? briefFields : [])],
    ...["errors", "retransmits", "TCP rtt", "cwnd"],
  ];
  return html`<h2>Over time</h2>
    ${chartHolder("rate", "Throughput")} ${when(hasMessages, () => chartHolder("latency", "Round trip"))}
    ${folded(plural(rows.length, "row"), figures(titles, rows))}`;
}

function histogramSection(bars: readonly LatencyBar[]): Html {
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

function sizeSection({ sizes }: DecodedResult): Html {
  const rows = sizes.map(({ minBytes, maxBytes, messages, rttNs }) => [
    formatSizeRange(minBytes, maxBytes),
    formatCount(messages),
    ...briefFields.map((field) => formatLatency(rttNs[field])),
  ]);
  return html`<h2>By message size</h2>
    ${figures(["size", "messages", ...briefFields], rows)}`;
}

/** A value of the result for people: an object as JSON, no value as a dash. */
const plain = (value: unknown): string => {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

const flat = (record: object): Array<[string, string]> =>
  Object.entries(record).map(([name, value]) => [name, plain(value)]);

function settings({ tcpInfo, tls, environment, options, tool, seed, cpu, harness }: DecodedResult): Html {
  const advice = tcpInfo?.advice ?? "";
  return html`<h2>Where and how</h2>
    ${when(advice !== "", () => html`<p class="doubt">${advice}</p>`)}
    ${when(tcpInfo !== null, () => folded("Kernel (TCP_INFO)", facts(flat(tcpInfo ?? {}))))}
    ${when(tls !== null, () => folded("TLS session", facts(flat({ ...tls, ...tls?.certificate, certificate: undefined }))))}
    ${folded("Client's processor time", facts(flat(cpu)))}
    ${when(harness !== null, () => folded("Client's own pauses", facts(flat(harness ?? {}))))}
    ${folded("Machine and build", facts([...flat(environment), ...flat(tool)]))}
    ${folded("Options", facts([...flat(options), ["seed", String(seed)]]))}`;
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
    return histogram ? [{ label, histogram }] : [];
  });
}

/** The result of one run as a self-contained page. */
export function renderRunPage(result: DecodedResult): string {
  const hasMessages = result.rttNs.count > 0;
  const hasRows = result.intervals.length > 0;
  const named = hasMessages ? namedHistograms(result) : [];
  const bars = named[0]?.histogram.bars(BARS) ?? [];
  const body = html`${head(result)}
    <main>
      ${cards(result)} ${findings(result)} ${latencySection(result, hasMessages)}
      ${when(hasRows, () => seriesSection(result))} ${when(bars.length > 0, () => histogramSection(bars))}
      ${when(result.sizes.length > 0, () => sizeSection(result))} ${settings(result)}
    </main>`;
  const charts = [
    ...(hasMessages ? [percentileChart("percentiles", named)] : []),
    ...(hasRows ? [rateChart("rate", result.intervals)] : []),
    ...(hasRows && hasMessages ? [latencyChart("latency", result.intervals)] : []),
    ...(bars.length > 0 ? [histogramChart("histogram", bars)] : []),
  ];
  return renderPage({ title: `echobench, ${titleOf(result)}: ${verdicts[result.verdict].text}`, body, charts });
}
