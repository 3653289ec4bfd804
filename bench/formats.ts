import type { Comparison } from "./comparison.ts";
import { renderComparisonMarkdown, renderSuiteMarkdown } from "./report-markdown.ts";
import { renderComparisonText, renderSuiteText } from "./report-text.ts";
import type { Suite } from "./suite.ts";

/** What is reported: a suite, a comparison, or a comparison within a suite. */
export interface Report {
  readonly suite: Suite | undefined;
  readonly comparison: Comparison | undefined;
}

const renderers = {
  text: ({ suite, comparison }: Report): string => {
    if (comparison) return `${renderComparisonText(comparison)}\n`;
    return suite ? `${renderSuiteText(suite)}\n` : "";
  },
  markdown: ({ suite, comparison }: Report): string => {
    if (comparison) return renderComparisonMarkdown(comparison, suite);
    return suite ? renderSuiteMarkdown(suite) : "";
  },
  json: ({ suite, comparison }: Report): string => `${JSON.stringify(comparison ?? suite, null, 2)}\n`,
} as const;

/** The forms in which a report can be had. */
export type Format = keyof typeof renderers;

/** Their names. */
export const formats = Object.keys(renderers) as readonly Format[];

/** A report in one of its forms. */
export const renderReport = (report: Report, format: Format): string => renderers[format](report);
