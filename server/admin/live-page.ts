import { card, detail, type LivePage, liveTable, renderLivePage } from "../../lib/admin/live-page.ts";
import { html } from "../../lib/page/html.ts";
import { chartHolder } from "../../lib/page/page.ts";
import liveScript from "./live.js" with { type: "text" };

const body = html`<div class="cards">
    ${card("active", "Active", detail("peak", "peak"))} ${card("connections", "Connections")}
    ${card("in-rate", "Received", detail("total", "in"))} ${card("out-rate", "Echoed", detail("total", "out"))}
    ${card("rejected", "Rejected")} ${card("timed-out", "Timed out")} ${card("errors", "Errors")}
    ${card("lag", "Event-loop lag")}
  </div>
  ${chartHolder("chart-throughput", "Throughput")} ${chartHolder("chart-connections", "Open connections")}
  ${chartHolder("chart-arrivals", "New connections")}
  <h2>Top talkers</h2>
  ${liveTable("talkers", ["Client", "Rate", "Received", "Echoed", "Connected"], "stacked")}
  <div class="columns">
    <div>
      <h2>Errors</h2>
      ${liveTable("errors-by-kind", ["Kind", "Count"])}
    </div>
    <div>
      <h2>Rejected</h2>
      ${liveTable("rejected-by-reason", ["Reason", "Count"])}
    </div>
  </div>
  <h2>Workers</h2>
  ${liveTable("workers", ["Worker", "PID", "Active", "Connections", "Moved", "Lag", "Restarts", "State"], "stacked")}
  <h2>Last events</h2>
  ${liveTable("events", ["Time", "Event", "What"], "stacked events")}
  <p class="faint">
    For programs: <a href="metrics">metrics</a> for Prometheus, <a href="stats.json">stats.json</a>,
    <a href="healthz">healthz</a>
  </p>`;

/** The live page of the server. */
export const livePage: LivePage = renderLivePage({
  title: "echobench server",
  heading: html`Echo server <span id="endpoint"></span>`,
  facts: html`version <span id="version">–</span>, up <span id="uptime">–</span> since
    <span id="since" class="stamp">–</span>`,
  body,
  withoutScript: html`the same figures are at <a href="stats.json">stats.json</a>.`,
  script: liveScript,
});
