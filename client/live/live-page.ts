import { card, detail, type LivePage, liveTable, renderLivePage } from "../../lib/admin/live-page.ts";
import { html, when } from "../../lib/page/html.ts";
import { chartHolder } from "../../lib/page/page.ts";
import liveScript from "./live.js" with { type: "text" };

/**
 * The live page of a run.
 * @param isStream whether the load has no messages, and so no round trips
 */
export function renderRunPage(target: string, isStream: boolean): LivePage {
  const body = html`<progress id="progress" max="1" value="0" aria-label="part of the run that is done"></progress>
    <div class="cards">
      ${card("left", "Time left", detail("of", "duration"))}
      ${when(!isStream, () => card("rate", "Messages a second", detail("total", "messages")))}
      ${when(!isStream, () => html`${card("p50", "p50")} ${card("p99", "p99", detail("max", "max"))}`)}
      ${card("byte-rate", "Echoed", detail("total", "bytes"))} ${card("errors", "Errors")}
      ${card("open", "Open connections", detail("of", "wanted"))} ${card("retransmits", "Retransmits")}
    </div>
    ${when(!isStream, () => chartHolder("chart-rate", "Messages"))}
    ${when(isStream, () => chartHolder("chart-bytes", "Throughput"))}
    ${when(!isStream, () => chartHolder("chart-latency", "Round trip"))}
    ${chartHolder("chart-connections", "Open connections")}
    <h2>First errors</h2>
    ${liveTable("failures", ["Time", "Connection", "What"], "stacked failures")}
    <p class="faint">
      Rates and percentiles are those of the last row of the time series. For programs:
      <a href="metrics">metrics</a> for Prometheus
    </p>`;
  return renderLivePage({
    title: `echobench client: ${target}`,
    heading: html`Load on ${target}`,
    facts: html`version <span id="version">–</span>, started <span id="started" class="stamp">–</span>`,
    body,
    withoutScript: html`the same figures are at <a href="metrics">metrics</a>.`,
    script: liveScript,
  });
}
