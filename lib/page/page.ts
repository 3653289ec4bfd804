import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import type { ChartSpec } from "./chart-spec.ts";
import baseScript from "./chart-base.js" with { type: "text" };
import chartScript from "./charts.js" with { type: "text" };
import { contentPolicy, inlineScripts, inlineStyles, renderDocument } from "./document.ts";
import { Html, html, when } from "./html.ts";
import pageStyle from "./page.css" with { type: "text" };

/** What a page shows. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** drawn into the elements of the body that have their ids */
  readonly charts: readonly ChartSpec[];
  /** what the page was made of, for programs that read it */
  readonly data?: unknown;
}

const scripts = inlineScripts([uplotScript, baseScript, chartScript]);
const styles = inlineStyles([uplotStyle, pageStyle]);

/** JSON that cannot end the script element it stands in. */
const embedded = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));

/** An element that a chart is drawn into, hidden until a script does so. */
export const chartHolder = (id: string, title: string): Html =>
  html`<div class="chart" id="${id}" hidden><h3>${title}</h3></div>`;

/** One self-contained HTML page: it loads nothing, and shows all its figures without a script too. */
export const renderPage = ({ title, body, charts, data }: Page): string =>
  renderDocument({
    title,
    styles,
    scripts,
    policy: contentPolicy(scripts, styles),
    body: html`${body}
      <script type="application/json" id="charts">
        ${embedded(charts)}
      </script>
      ${when(
        data !== undefined,
        () =>
          html`<script type="application/json" id="data">
            ${embedded(data)}
          </script>`,
      )}`,
  });
