import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import baseScript from "../../lib/page/chart-base.js" with { type: "text" };
import { contentPolicy, inlineScripts, inlineStyles, renderDocument } from "../../lib/page/document.ts";
import { type Html, html } from "../../lib/page/html.ts";
import { chartHolder } from "../../lib/page/page.ts";
import { titled } from "../../lib/page/table.ts";
import pageStyle from "../../lib/page/page.css" with { type: "text" };
import liveScript from "./live.js" with { type: "text" };
import liveStyle from "./live.css" with { type: "text" };

/** A figure that the script fills in. */
const card = (id: string, name: string, detail?: Html): Html =>
  html`<div class="card"><span class="faint">${name}</span><b id="${id}">–</b>${detail ?? ""}</div>`;

const detail = (name: string, id: string): Html => html`<span class="faint">${name} <span id="${id}">–</span></span>`;

/** A table whose rows the script fills in. */
const table = (id: string, titles: readonly string[], className = ""): Html =>
  titled(titles, html`<tbody id="${id}"></tbody>`, className);

const body = html`<header>
    <h1>Echo server <span id="endpoint"></span></h1>
    <span id="state" class="verdict doubt" role="status">connecting</span>
    <span class="faint">version <span id="version">–</span>, up <span id="uptime">–</span></span>
  </header>
  <noscript
    ><p>This page needs its script; the same figures are at <a href="stats.json">stats.json</a>.</p></noscript
  >
  <div class="cards">
    ${card("active", "Active", detail("peak", "peak"))} ${card("connections", "Connections")}
    ${card("in-rate", "Received", detail("total", "in"))} ${card("out-rate", "Echoed", detail("total", "out"))}
    ${card("rejected", "Rejected")} ${card("timed-out", "Timed out")} ${card("errors", "Errors")}
    ${card("lag", "Event-loop lag")}
  </div>
  ${chartHolder("chart-throughput", "Throughput")} ${chartHolder("chart-connections", "Connections")}
  <h2>Top talkers</h2>
  ${table("talkers", ["Client", "Rate", "Received", "Echoed", "Connected"], "stacked")}
  <div class="columns">
    <div>
      <h2>Errors</h2>
      ${table("errors-by-kind", ["Kind", "Count"])}
    </div>
    <div>
      <h2>Rejected</h2>
      ${table("rejected-by-reason", ["Reason", "Count"])}
    </div>
  </div>
  <h2>Workers</h2>
  ${table("workers", ["Worker", "PID", "Active", "Connections", "Moved", "Lag", "Restarts", "State"], "stacked")}
  <h2>Last events</h2>
  ${table("events", ["Time", "Event", "What"], "stacked events")}
  <p class="faint">
    For programs: <a href="metrics">metrics</a> for Prometheus, <a href="stats.json">stats.json</a>,
    <a href="healthz">healthz</a>
  </p>`;

const scripts = inlineScripts([uplotScript, baseScript, liveScript]);
const styles = inlineStyles([uplotStyle, pageStyle, liveStyle]);

/** The page may run its own scripts and connect to this server. */
const policy = contentPolicy(scripts, styles, "connect-src 'self'");

/** The policy for the header; `frame-ancestors` has no effect in the page itself. */
export const livePolicy = `${policy}; frame-ancestors 'none'`;

/** The page; its script gets the figures from `events`. */
export const livePage: string = renderDocument({ title: "echobench server", body, styles, scripts, policy });
