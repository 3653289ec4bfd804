import { harmless, toJson } from "../../lib/harmless.ts";
import type { Comparison } from "../compare/comparison.ts";
import type { Suite } from "../suite/suite.ts";
import { toBencher, toBenchstat, toCsv, toGithub } from "./exports.ts";
import { renderBenchPage } from "./html.ts";
import { toJunit } from "./junit.ts";
import { renderComparisonMarkdown, renderSuiteMarkdown } from "./markdown.ts";
import { renderComparisonText, renderSuiteText } from "./text.ts";

/** A suite, a comparison of two suites, or a suite with the comparison of its variants. */
export interface Report {
  readonly suite: Suite | undefined;
  readonly comparison: Comparison | undefined;
}

const renderers = {
  text: (report: Report): string => {
    const { suite, comparison } = harmless(report);
    if (comparison) return `${renderComparisonText(comparison)}\n`;
    return suite ? `${renderSuiteText(suite)}\n` : "";
  },
  markdown: ({ suite, comparison }: Report): string => {
    if (comparison) return renderComparisonMarkdown(comparison, suite);
    return suite ? renderSuiteMarkdown(suite) : "";
  },
  html: ({ suite, comparison }: Report): string => renderBenchPage(suite, comparison),
  json: ({ suite, comparison }: Report): string => `${toJson(comparison ?? suite, 2)}\n`,
  csv: ({ suite }: Report): string => (suite ? toCsv(suite) : ""),
  benchstat: ({ suite }: Report): string => (suite ? toBenchstat(harmless(suite)) : ""),
  bencher: ({ suite }: Report): string => (suite ? toBencher(suite) : ""),
  "github-smaller": ({ suite }: Report): string => (suite ? toGithub(suite, "lower") : ""),
  "github-bigger": ({ suite }: Report): string => (suite ? toGithub(suite, "higher") : ""),
  junit: ({ suite, comparison }: Report): string => toJunit(suite, comparison),
} as const;

/** Name of a form of reports. */
export type Format = keyof typeof renderers;

/** The names of all forms of reports. */
export const formats = Object.keys(renderers) as readonly Format[];

/** Renders a report in one of its forms. */
export const renderReport = (report: Report, format: Format): string => renderers[format](report);
