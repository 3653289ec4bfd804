import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import chartScript from "../page/chart-base.js" with { type: "text" };
import { contentPolicy, inlineScripts, inlineStyles, renderDocument } from "../page/document.ts";
import { type Html, html } from "../page/html.ts";
import pageStyle from "../page/page.css" with { type: "text" };
import { titled } from "../page/table.ts";
import baseScript from "./live-base.js" with { type: "text" };
import liveStyle from "./live.css" with { type: "text" };

/** A page that follows a running program. */
export interface LivePage {
  readonly html: string;
  /** the policy for the header: the page may run its own scripts and connect to the program that served it */
  readonly policy: string;
}

/** What a live page has. The script fills in every element that has an id. */
export interface LivePageParts {
  readonly title: string;
  readonly heading: Html;
  /** below the heading, such as the version */
  readonly facts: Html;
  readonly body: Html;
  /** where the same figures are for those without scripts */
  readonly withoutScript: Html;
  /** calls `live.follow` */
  readonly script: string;
}

/** A figure that the script fills in. */
export const card = (id: string, name: string, detail: Html = html``): Html =>
  html`<div class="card"><span class="faint">${name}</span><b id="${id}">–</b>${detail}</div>`;

/** A smaller figure below one. */
export const detail = (name: string, id: string): Html =>
  html`<span class="faint">${name} <span id="${id}">–</span></span>`;

/** A table whose rows the script fills in. */
export const liveTable = (id: string, titles: readonly string[], className = ""): Html =>
  titled(titles, html`<tbody id="${id}"></tbody>`, className);

const styles = inlineStyles([uplotStyle, pageStyle, liveStyle]);

/** The page; its script gets the figures from `events`. */
export function renderLivePage({ title, heading, facts, body, withoutScript, script }: LivePageParts): LivePage {
  const scripts = inlineScripts([uplotScript, chartScript, baseScript, script]);
  const policy = contentPolicy(scripts, styles, "connect-src 'self'");
  const whole = html`<header>
      <h1>${heading}</h1>
      <span id="state" class="verdict doubt" role="status">connecting</span>
    </header>
    <p id="load">–</p>
    <p class="faint">${facts}</p>
    <noscript><p>This page needs its script; ${withoutScript}</p></noscript>
    ${body}`;
  return {
    html: renderDocument({ title, body: whole, styles, scripts, policy }),
    // `frame-ancestors` has no effect in the page itself.
    policy: `${policy}; frame-ancestors 'none'`,
  };
}
