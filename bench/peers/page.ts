import { median } from "simple-statistics";
import { decodeLatency } from "../../lib/latency/latency-summary.ts";
import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import { type Html, html, when } from "../../lib/page/html.ts";
import { chartHolder, renderPage } from "../../lib/page/page.ts";
import { percentileChart } from "../../lib/page/run-charts.ts";
import { formatCount, formatLatency } from "../../lib/units.ts";
import { loadText, type PeersResult, type Rates } from "./report.ts";
import { medianInterval } from "../compare/bootstrap.ts";
import { ratioBar } from "../report/ratio-bar.ts";

/** The contestants of one scenario, the fastest first; the first one measured is what the ratios are to. */
function ranking(byName: Record<string, readonly number[]>, latency: PeersResult["latency"][string] | undefined): Html {
  const [yardstick = "", first = []] = Object.entries(byName)[0] ?? [];
  const rows = Object.entries(byName).map(([name, rates]) => {
    const ratios = rates.map((rate, i) => rate / (first[i] ?? Number.NaN));
    return { name, rate: median([...rates]), ratio: median(ratios), interval: medianInterval(ratios) };
  });
  const largest = Math.max(...rows.map(({ interval }) => interval.high));
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${["", "messages/s", `to ${yardstick}`, "95 % interval", "", "p50", "p99"].map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows
          .toSorted((a, b) => b.rate - a.rate)
          .map(({ name, rate, ratio, interval }) => {
            const rtt = latency?.[name]?.rttNs;
            return html`<tr>
              <td>${name}</td>
              <td>${formatCount(rate)}</td>
              <td>${ratio.toFixed(2)}</td>
              <td>${`${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`}</td>
              <td>${ratioBar(ratio, interval, largest)}</td>
              <td>${rtt ? formatLatency(rtt.p50) : "–"}</td>
              <td>${rtt ? formatLatency(rtt.p99) : "–"}</td>
            </tr>`;
          })}
      </tbody>
    </table>
  </div>`;
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

function section(title: string, rates: Rates, latency: PeersResult["latency"]): Html[] {
  return Object.entries(rates).map(
    ([scenario, byName]) =>
      html`<h2>${title}, ${loadText(scenario)}</h2>
        ${ranking(byName, latency[scenario])}
        ${when(latency[scenario] !== undefined, () => chartHolder(chartId(scenario), "Round trip by percentile, as the verifying client saw it"))}`,
  );
}

/** A contest as a page that needs nothing else: rankings, and the curves of all contestants in one plot for each load. */
export function renderPeersPage(result: PeersResult): string {
  const { servers, clients, latency, failed, notInstalled, load, placement, rounds } = result;
  const excluded = Object.entries(failed).map(([name, reason]) => `${name} failed and is not ranked: ${reason}`);
  const body = html`<header>
      <h1>echobench: a contest of echo servers</h1>
      <p class="faint">${rounds} interleaved rounds, ${placement}; the servers' load is ${load}</p>
      ${excluded.map((each) => html`<p class="bad">${each}</p>`)}
      ${when(notInstalled.length > 0, () => html`<p class="faint">Not installed: ${notInstalled.join(", ")}</p>`)}
    </header>
    <main>${section("Servers", servers, latency)} ${section("Clients", clients, {})}</main>`;
  return renderPage({ title: "echobench: a contest of echo servers", body, charts: chartsOf(result), data: result });
}
