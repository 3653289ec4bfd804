import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { decodeLatency } from "../../lib/latency/hdr-encoding.ts";
import type { ChartSpec } from "../../lib/page/chart-spec.ts";
import { type Html, html, when } from "../../lib/page/html.ts";
import { machineFacts } from "../../lib/page/machine-facts.ts";
import { chartHolder, renderPage } from "../../lib/page/page.ts";
import { type NamedHistogram, percentileChart } from "../../lib/page/run-charts.ts";
import { facts, figures, folded } from "../../lib/page/table.ts";
import { formatTime, plural } from "../../lib/text/format-units.ts";
import type { ComparedMetric, Comparison } from "../compare/comparison.ts";
import { shortagesOf } from "../compare/sight.ts";
import {
  byScenario,
  comparisonCells,
  comparisonTitles,
  detailsOf,
  headline,
  methodText,
  remarksOf,
  verdictCounts,
} from "./comparison-text.ts";
import { changeBar, verdictStyle } from "./ratio-bar.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";
import { failuresOf, methodSentences, suiteRows, suiteTitles } from "./suite-summary.ts";

/** The round trips of all rounds in one histogram. */
function mergeRounds(measurements: readonly Measurement[]): LatencyHistogram {
  const merged = new LatencyHistogram();
  for (const { result } of measurements) {
    const encoded = result.histograms["rtt"];
    if (encoded !== undefined) merged.add(decodeLatency(encoded));
  }
  return merged;
}

const curveOf = (label: string, measurements: readonly Measurement[]): NamedHistogram => ({
  ...{ label, histogram: mergeRounds(measurements) },
});

/** Percentile curves and what they are of. */
interface Curves {
  readonly title: string;
  readonly chart: ChartSpec;
}

/** The curves of all scenarios in one chart; where there are variants, those of each scenario in a chart of their own. */
function curvesOf({ scenarios, variants: [variant, ...others], variants }: Suite): Curves[] {
  const groups =
    others.length > 0
      ? scenarios.map((scenario) => ({
          title: `${scenario.name}: round trip by percentile`,
          curves: variants.map(({ name }) => curveOf(name, measurementsOf(scenario, name))),
        }))
      : [
          {
            title: "Round trip by percentile",
            curves: scenarios.map((scenario) => curveOf(scenario.name, measurementsOf(scenario, variant?.name ?? ""))),
          },
        ];
  return groups.flatMap(({ title, curves }, i) => {
    const measured = curves.filter(({ histogram }) => histogram.range.max > 0);
    return measured.length > 0 ? [{ title, chart: percentileChart(`percentiles-${i}`, measured) }] : [];
  });
}

const list = (title: string, style: string, all: readonly string[]): Html =>
  when(
    all.length > 0,
    () =>
      html`<h2>${title}</h2>
        ${all.map((each) => html`<p class="${style}">${each}</p>`)}`,
  );

const VERDICT = comparisonTitles.indexOf("verdict");

const comparisonRow = (comparison: Comparison, row: ComparedMetric): Html =>
  html`<tr>
    ${comparisonCells(comparison, row).map((cell, i) => html`<td class="${i === VERDICT ? verdictStyle(row) : ""}">${cell}</td>`)}
    <td>${changeBar(row)}</td>
  </tr>`;

const comparisonTable = (comparison: Comparison, { title, rows }: ReturnType<typeof byScenario>[number]): Html =>
  html`<h3>${title}</h3>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${[...comparisonTitles, "30 % less to 30 % more"].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => comparisonRow(comparison, row))}
        </tbody>
      </table>
    </div>`;

const comparisonSection = (comparison: Comparison): Html =>
  html`<h2>Comparison: ${verdictCounts(comparison)}</h2>
    ${detailsOf(comparison).map((each) => html`<p class="doubt">${each}</p>`)}
    ${byScenario(comparison).map((each) => comparisonTable(comparison, each))}
    ${remarksOf(comparison).map(([title, remarks]) => list(title, title === "Missing" ? "bad" : "doubt", remarks))}
    ${list("Too few", "doubt", shortagesOf(comparison))}
    <p class="faint">${methodText(comparison)}</p>`;

const mediansSection = (suite: Suite): Html =>
  html`${list("Machine warnings", "doubt", suite.doubts)} ${list("Missing", "bad", suite.missing)}
    <h2>Medians</h2>
    ${figures(suiteTitles(suite.scenarios), suiteRows(suite.scenarios))}
    <p class="faint">${methodSentences(suite)}</p>
    ${list("Failed", "bad", failuresOf(suite))}`;

function settings(suite: Suite): Html {
  const { environment, tool, placement, variants } = suite;
  const commits = variants.map(({ name, commit }): [string, string] => [name, commit ?? "unknown commit"]);
  const machine = [...machineFacts({ environment, tool }), ["placement", placement] as const];
  const commands = suite.scenarios.flatMap(({ name, commands: { server, client } }): Array<[string, string]> => [
    [`${name}, server`, server],
    [`${name}, client`, client],
  ]);
  return html`<h2>Where and how</h2>
    ${folded("Commands", facts(commands))} ${folded("Machine and build", facts([...commits, ...machine]))}`;
}

const aboutText = ({ startedAt, placement, tool }: Suite): string =>
  `${formatTime(startedAt)}, ${placement}, echobench ${tool.version}`;

/** A self-contained page with a suite, a comparison or both; it holds the raw data as JSON. */
export function renderBenchPage(suite: Suite | undefined, comparison: Comparison | undefined): string {
  const what = comparison ? headline(comparison) : `medians of ${plural(suite?.scenarios.length ?? 0, "scenario")}`;
  const title = `echobench: ${what}`;
  const curves = suite ? curvesOf(suite) : [];
  const body = html`<header>
      <h1>${title}</h1>
      ${when(suite !== undefined, () => html`<p class="faint">${aboutText(suite as Suite)}</p>`)}
    </header>
    <main>
      ${when(comparison !== undefined, () => comparisonSection(comparison as Comparison))}
      ${when(suite !== undefined && comparison === undefined, () => mediansSection(suite as Suite))}
      ${when(
        curves.length > 0,
        () =>
          html`<h2>Latency</h2>
            ${curves.map((each) => chartHolder(each.chart.id, each.title))}`,
      )}
      ${when(suite !== undefined, () => settings(suite as Suite))}
    </main>`;
  return renderPage({ title, body, charts: curves.map(({ chart }) => chart), data: suite ?? comparison });
}
