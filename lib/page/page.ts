import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import type { ChartSpec } from "./chart-spec.ts";
import baseScript from "./chart-base.js" with { type: "text" };
import chartScript from "./charts.js" with { type: "text" };
import { contentPolicy, inlineScripts, inlineStyles, renderDocument } from "./document.ts";
import { Html, html, when } from "./html.ts";
import { harmless, toJson } from "../text/harmless.ts";
import pageStyle from "./page.css" with { type: "text" };

/** The content of a page. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** each is drawn into the element of the body that has its id */
  readonly charts: readonly ChartSpec[];
  /** the data of the page, for programs that read it */
  readonly data?: unknown;
}

const scripts = inlineScripts([uplotScript, baseScript, chartScript]);
const styles = inlineStyles([uplotStyle, pageStyle]);

/** JSON that cannot end the script element around it. */
const embedded = (value: unknown): Html => new Html(toJson(value).replaceAll("<", "\\u003c"));

/** An element for a chart, hidden until the script draws it. */
export const chartHolder = (id: string, title: string): Html =>
  html`<div class="chart" id="${id}" hidden><h3>${title}</h3></div>`;

/** A self-contained HTML page: it loads nothing, and shows all figures without its script too. */
export const renderPage = ({ title, body, charts, data }: Page): string =>
  renderDocument({
    title,
    styles,
    scripts,
    policy: contentPolicy(scripts, styles),
    body: html`${body}
      <script type="application/json" id="charts">
        ${embedded(harmless(charts))}
      </script>
      ${when(
        data !== undefined,
        () =>
          html`<script type="application/json" id="data">
            ${embedded(data)}
          </script>`,
      )}`,
  });
