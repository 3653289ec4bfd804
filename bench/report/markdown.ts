import { markdownText } from "../../lib/text/markup.ts";
import type { ComparedMetric, Comparison } from "../compare/comparison.ts";
import { shortagesOf } from "../compare/sight.ts";
import {
  byScenario,
  comparisonCells,
  comparisonTitles,
  detailsOf,
  fateOf,
  headline,
  methodText,
  remarksOf,
  scenarioText,
  verdictCounts,
  verdictText,
} from "./comparison-text.ts";
import type { Suite } from "../suite/suite.ts";
import { failuresOf, methodSentences, suiteRows, suiteTitles } from "./suite-summary.ts";

const row = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;

function table(titles: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const rule = `| ${titles.map((_, i) => (i === 0 ? ":--" : "--:")).join(" | ")} |`;
  return [row(titles), rule, ...rows.map(row)].join("\n");
}

const marks = {
  slower: "🔴 slower",
  faster: "🟢 faster",
  same: "same",
  "not enough data": "⚪ not enough data",
} as const;

function machine({ environment, tool, placement }: Suite): string {
  const { cpu, cores, os, kernel } = environment;
  return markdownText(
    `${cpu}, ${cores} cores, ${os} ${kernel}; ${placement}; Bun ${tool.bun}; echobench ${tool.version} ${tool.commit ?? ""}`,
  );
}

const list = (title: string, all: readonly string[]): string =>
  all.length === 0 ? "" : `**${title}**\n\n${all.map((each) => `- ${markdownText(each)}`).join("\n")}`;

const paragraphs = (...all: readonly string[]): string => `${all.filter(Boolean).join("\n\n")}\n`;

/** A suite as Markdown, for a pull request's comment or a job's summary. */
export function renderSuiteMarkdown(suite: Suite): string {
  const commands = suite.scenarios.map(({ name, commands: { client } }) => [name, client]);
  return paragraphs(
    "## echobench",
    table(suiteTitles(suite.scenarios), suiteRows(suite.scenarios)),
    markdownText(methodSentences(suite)),
    list("Failed", failuresOf(suite)),
    list("Machine warnings", suite.doubts),
    list("Missing", suite.missing),
    `<details><summary>Machine and commands</summary>\n\n${machine(suite)}\n\n${table(["scenario", "command"], commands)}\n\n</details>`,
  );
}

function markedCells(comparison: Comparison, compared: ComparedMetric): string[] {
  const isOverruled = compared.verdict === "slower" && fateOf(comparison, compared) !== "slower";
  const mark = isOverruled ? `⚪ ${verdictText(comparison, compared)}` : marks[compared.verdict];
  return [...comparisonCells(comparison, compared).slice(0, -1), mark];
}

/** A comparison as Markdown, for a pull request's comment or a job's summary: first what changed, then everything, folded. */
export function renderComparisonMarkdown(comparison: Comparison, suite?: Suite): string {
  const changed = comparison.rows.filter(({ verdict }) => verdict === "slower" || verdict === "faster");
  const changes = changed.map((compared) => [scenarioText(comparison, compared), ...markedCells(comparison, compared)]);
  const all = byScenario(comparison).map(
    ({ title, rows }) =>
      `**${markdownText(title)}**\n\n${table(
        comparisonTitles,
        rows.map((each) => markedCells(comparison, each)),
      )}`,
  );
  return paragraphs(
    `## echobench: ${markdownText(headline(comparison))}`,
    detailsOf(comparison)
      .map((each) => `- ${markdownText(each)}`)
      .join("\n"),
    comparison.outcome ? `${verdictCounts(comparison)}.` : "",
    changes.length === 0 ? "" : table(["scenario", ...comparisonTitles], changes),
    ...remarksOf(comparison).map(([title, remarks]) => list(title, remarks)),
    list("Too few", shortagesOf(comparison)),
    `<details><summary>All metrics</summary>\n\n${all.join("\n\n")}\n\n</details>`,
    methodText(comparison),
    suite ? machine(suite) : "",
  );
}
