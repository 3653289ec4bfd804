import { createHash } from "node:crypto";
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import type { ChartSpec } from "./chart-spec.ts";
import chartScript from "./charts.js" with { type: "text" };
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

/** The scripts, each with the hash by which the page allows it and no other: not a space may be added. */
const scripts = [uplotScript, chartScript].map((source) => ({
  element: new Html(`<script>${source}</script>`),
  hash: `'sha256-${createHash("sha256").update(source).digest("base64")}'`,
}));

/** Charts draw with styles of their own making; nothing is loaded from anywhere. */
const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts.map(({ hash }) => hash).join(" ")}; img-src data:`;

/** JSON that cannot end the script element it stands in. */
const embedded = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));

/** An element that a chart is drawn into, hidden until a script does so. */
export const chartHolder = (id: string, title: string): Html =>
  html`<div class="chart" id="${id}" hidden><h3>${title}</h3></div>`;

/** One self-contained HTML page: it loads nothing, and shows all its figures without a script too. */
export const renderPage = ({ title, body, charts, data }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(uplotStyle)}${new Html(pageStyle)}
        </style>
      </head>
      <body>
        ${body}
        <script type="application/json" id="charts">
          ${embedded(charts)}
        </script>
        ${when(
          data !== undefined,
          () =>
            html`<script type="application/json" id="data">
              ${embedded(data)}
            </script>`,
        )}
        ${scripts.map(({ element }) => element)}
      </body>
    </html> `.text;
