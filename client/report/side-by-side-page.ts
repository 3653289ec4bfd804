import { asEchobench } from "../../lib/invocation.ts";
import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import { type Html, html, when } from "../../lib/page/html.ts";
import { chartHolder, renderPage } from "../../lib/page/page.ts";
import { percentileChart, percentileOverTime, rateChart } from "../../lib/page/run-charts.ts";
import { figures, folded, titled } from "../../lib/page/table.ts";
import { latencyRows } from "../../lib/latency/percentiles.ts";
import { formatLatency, formatTime, plural } from "../../lib/text/format-units.ts";
import { describeLoad, describeWindow, loadOptionsOf } from "./load-options.ts";
import { pageVerdicts } from "./run-page.ts";
import {
  differencesOfRuns,
  type FigureRow,
  figureRows,
  type NamedRun,
  pictureText,
  remarksOnRuns,
} from "./side-by-side.ts";

/** The name of a run in charts, which have no room for a path. */
const labelOf = ({ file }: NamedRun, i: number): string => `${i + 1}  ${file.split("/").at(-1)}`;

function runRow({ file, result }: NamedRun, i: number): Html {
  const { style, text } = pageVerdicts[result.verdict];
  const load = loadOptionsOf(result);
  return html`<tr>
    <th scope="row">${i + 1}</th>
    <td>
      <b>${file}</b> <span class="${style}">${text}</span>, ${result.reason}<br />${describeLoad(load)}<br /><span
        class="faint"
        >${formatTime(result.startedAt)}, ${describeWindow(result, load)}, echobench ${result.tool.version}</span
      >
    </td>
  </tr>`;
}

const figureCell = (cell: FigureRow["cells"][number]): Html =>
  cell ? html`<td>${cell.text} <span class="faint">${cell.ratio}</span></td>` : html`<td>–</td>`;

const figuresTable = (runs: readonly NamedRun[]): Html =>
  titled(
    ["", ...runs.map(labelOf)],
    html`<tbody>
      ${figureRows(runs).map(
        ({ name, cells }) =>
          html`<tr>
            <td>${name}</td>
            ${cells.map(figureCell)}
          </tr>`,
      )}
    </tbody>`,
  );

function differencesSection(runs: readonly NamedRun[]): Html {
  const rows = differencesOfRuns(runs).map(({ name, values }) => [name, ...values]);
  return html`<h2>What differs</h2>
    ${rows.length > 0 ? figures(["", ...runs.map(labelOf)], rows) : html`<p>Load, machine and program are the same.</p>`}`;
}

function percentilesTable(runs: readonly NamedRun[]): Html {
  const rows = latencyRows.map(({ field, label }) => [
    label,
    ...runs.map(({ result: { rttNs } }) => (rttNs.count > 0 ? formatLatency(rttNs[field]) : "–")),
  ]);
  return folded("Percentiles of the round trip", figures(["", ...runs.map(labelOf)], rows));
}

const warnings = (runs: readonly NamedRun[]): Html[] =>
  runs.flatMap(({ result }, i) =>
    result.warnings.map(({ message, advice }) => html`<p class="doubt">${i + 1}: ${message}; ${advice}</p>`),
  );

function chartsOf(runs: readonly NamedRun[]): ChartSpec[] {
  const named = runs.map((run, i) => ({ ...run.result, name: { label: labelOf(run, i), color: i } }));
  const curves = named.flatMap(({ name, histograms: { rtt }, rttNs }) =>
    rtt && rttNs.count > 0 ? [{ ...name, histogram: rtt }] : [],
  );
  const series = named
    .map(({ name, intervals }) => ({ ...name, rows: intervals }))
    .filter(({ rows }) => rows.length > 0);
  const timed = series.filter(({ rows }) => rows.some(({ messages }) => messages > 0));
  return [
    ...(curves.length > 0 ? [percentileChart("percentiles", curves)] : []),
    ...(series.length > 0 ? [rateChart("rate", series)] : []),
    ...(timed.length > 0 ? [percentileOverTime("p99", "p99", timed)] : []),
  ];
}

/** Several results beside each other as a self-contained page. */
export function renderSideBySidePage(runs: readonly NamedRun[]): string {
  const title = `echobench, ${plural(runs.length, "run")} side by side`;
  const hasRows = runs.some(({ result: { intervals } }) => intervals.length > 0);
  const notes = warnings(runs);
  const body = html`<header>
      <h1>${title}</h1>
      <p>${asEchobench(pictureText)}</p>
      ${remarksOnRuns(runs).map((remark) => html`<p class="doubt">${remark}</p>`)}
    </header>
    <main>
      <table class="words">
        <tbody>
          ${runs.map(runRow)}
        </tbody>
      </table>
      <h2>Key figures</h2>
      ${figuresTable(runs)}
      <p class="faint">× is the multiple of the first run's figure.</p>
      ${differencesSection(runs)}
      <h2>Latency</h2>
      ${chartHolder("percentiles", "Round trip by percentile")} ${percentilesTable(runs)}
      ${when(hasRows, () => html`<h2>Over time</h2>`)} ${chartHolder("rate", "Throughput")}
      ${chartHolder("p99", "Round trip, p99 of each row")}
      ${when(
        notes.length > 0,
        () =>
          html`<h2>Warnings</h2>
            ${notes}`,
      )}
    </main>`;
  return renderPage({ title, body, charts: chartsOf(runs) });
}
