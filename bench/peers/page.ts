import { decodeLatency } from "../../lib/latency/hdr-encoding.ts";
import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import { type Html, html, when } from "../../lib/page/html.ts";
import { chartHolder, renderPage } from "../../lib/page/page.ts";
import { percentileChart } from "../../lib/page/run-charts.ts";
import { figures, folded, titled } from "../../lib/page/table.ts";
import { formatCount, formatLatency, formatTime } from "../../lib/text/format-units.ts";
import { rangeOf } from "../compare/bootstrap.ts";
import { ratioBar } from "../report/ratio-bar.ts";
import {
  type Contest,
  contests,
  rankContestants,
  type RankedRival,
  type RankedValue,
  rankRivals,
  spreadOf,
} from "./ranking.ts";
import { methodOf, multipleText } from "./report.ts";
import { loadText, type PeersResult, ratioTitle, type Side } from "./result.ts";

const TITLE = "echobench: echo servers and clients compared";

const ratioCells = ({ ratio, interval }: RankedValue): Html[] => [
  html`<td>${multipleText(ratio)}</td>`,
  html`<td>${interval ? `${multipleText(interval.low)} to ${multipleText(interval.high)}` : "–"}</td>`,
];

const spreadTitle = ({ rounds }: PeersResult): string =>
  spreadOf(rounds) === "none" ? "no interval" : spreadOf(rounds);

function rankingTable(result: PeersResult, side: Side, scenario: string): Html {
  const rivals = rankRivals(result, side, scenario);
  const largest = Math.max(
    ...rivals.map(({ messagesPerSecond }) => messagesPerSecond.interval?.high ?? messagesPerSecond.ratio),
  );
  const toBaseline = ratioTitle(result, side);
  const spread = spreadTitle(result);
  const row = ({ name, messagesPerSecond, p99_9Ns }: RankedRival): Html =>
    html`<tr>
      <td>${name}</td>
      <td>${formatCount(messagesPerSecond.median)}</td>
      ${ratioCells(messagesPerSecond)}
      <td>
        ${ratioBar(messagesPerSecond.ratio, messagesPerSecond.interval ?? rangeOf([messagesPerSecond.ratio]), largest)}
      </td>
      <td>${formatLatency(p99_9Ns.median)}</td>
      ${ratioCells(p99_9Ns)}
    </tr>`;
  return titled(
    ["", "messages/s", toBaseline, spread, "", "p99.9", toBaseline, spread],
    html`<tbody>
      ${rivals.map(row)}
    </tbody>`,
  );
}

const chartId = (scenario: string): string => `curves-${scenario}`;

function chartsOf({ latency }: PeersResult): ChartSpec[] {
  return Object.entries(latency).map(([scenario, byName]) => {
    const curves = Object.entries(byName).flatMap(([label, { histograms }]) =>
      histograms["rtt"] === undefined ? [] : [{ label, histogram: decodeLatency(histograms["rtt"]) }],
    );
    return percentileChart(chartId(scenario), curves);
  });
}

function roundTrips(byName: PeersResult["latency"][string], scenario: string): Html {
  const rows = Object.entries(byName).map(([name, { rttNs }]) => [
    name,
    ...[rttNs.p50, rttNs.p99, rttNs.p99_9, rttNs.max].map(formatLatency),
  ]);
  return html`${chartHolder(chartId(scenario), "Round trip by percentile, measured by echobench's client")}
  ${folded("Round trips in one run of echobench's client", figures(["", "p50", "p99", "p99.9", "max"], rows))}`;
}

const serverSection = (result: PeersResult, scenario: string): Html =>
  html`<h2>Servers, ${loadText(scenario)}</h2>
    ${rankingTable(result, "servers", scenario)} ${roundTrips(result.latency[scenario] ?? {}, scenario)}`;

const clientSection = (result: PeersResult, scenario: string): Html =>
  html`<h2>Clients, ${loadText(scenario)}</h2>
    ${rankingTable(result, "clients", scenario)}`;

function contestSection(result: PeersResult, contest: Contest, scenario: string): Html {
  const { kind, title, columns } = contest;
  const ratioTitles = [ratioTitle(result, kind), spreadTitle(result)];
  const titles = columns.flatMap((column) => [column.title, ...(column.isCompared ? ratioTitles : [])]);
  const rows = rankContestants(result, contest, scenario).map(
    ({ name, cells }) =>
      html`<tr>
        <td>${name}</td>
        ${cells.map(
          ({ column: { format, isCompared }, value }) =>
            html`<td>${format(value.median)}</td>
              ${isCompared ? ratioCells(value) : []}`,
        )}
      </tr>`,
  );
  return html`<h2>${title}, ${loadText(scenario)}</h2>
    ${titled(
      ["", ...titles],
      html`<tbody>
        ${rows}
      </tbody>`,
    )}`;
}

/** A self-contained page: a table for each load and side, and for each load the percentile curves of all servers. */
export function renderPeersPage(result: PeersResult): string {
  const { failed, notInstalled, doubts, startedAt, tool } = result;
  const excluded = Object.entries(failed).map(([name, reason]) => `${name} failed and is not ranked: ${reason}`);
  const body = html`<header>
      <h1>${TITLE}</h1>
      <p class="faint">${formatTime(startedAt)}, echobench ${tool.version}</p>
      ${methodOf(result).map((each) => html`<p class="faint">${each}</p>`)}
      ${doubts.map((warning) => html`<p class="doubt">Machine warning: ${warning}</p>`)}
      ${excluded.map((each) => html`<p class="bad">${each}</p>`)}
      ${when(notInstalled.length > 0, () => html`<p class="faint">Not installed: ${notInstalled.join(", ")}</p>`)}
    </header>
    <main>
      ${Object.keys(result.servers).map((scenario) => serverSection(result, scenario))}
      ${Object.keys(result.clients).map((scenario) => clientSection(result, scenario))}
      ${contests.flatMap((contest) =>
        Object.keys(result[contest.kind]).map((scenario) => contestSection(result, contest, scenario)),
      )}
    </main>`;
  return renderPage({ title: TITLE, body, charts: chartsOf(result), data: result });
}
