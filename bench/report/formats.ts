import { harmless, toJson } from "../../lib/text/harmless.ts";
import { RunFailedError } from "../../lib/errors.ts";
import type { Comparison } from "../compare/comparison.ts";
import type { Suite } from "../suite/suite.ts";
import { toBencher, toBenchstat, toCsv, toGithub } from "./exports.ts";
import { renderBenchPage } from "./html.ts";
import { toJunit } from "./junit.ts";
import { renderComparisonMarkdown, renderSuiteMarkdown } from "./markdown.ts";
import { failuresOf, withoutFailures } from "./suite-summary.ts";
import { renderComparisonText, renderSuiteText } from "./text.ts";

/** A suite, a comparison of two suites, or a suite with the comparison of its variants. */
export interface Report {
  readonly suite: Suite | undefined;
  readonly comparison: Comparison | undefined;
  /** what formats with single measurements export; the suite by default */
  readonly measured?: Suite | undefined;
}

const withMeasured =
  (render: (suite: Suite) => string | undefined) =>
  ({ suite, measured = suite }: Report): string | undefined =>
    measured && render(withoutFailures(measured));

const renderers = {
  text: (report: Report): string | undefined => {
    const { suite, comparison } = harmless(report);
    if (comparison) return `${renderComparisonText(comparison)}\n`;
    return suite && `${renderSuiteText(suite)}\n`;
  },
  markdown: ({ suite, comparison }: Report): string | undefined => {
    if (comparison) return renderComparisonMarkdown(comparison, suite);
    return suite && renderSuiteMarkdown(suite);
  },
  html: ({ suite, comparison }: Report): string | undefined => renderBenchPage(suite, comparison),
  json: ({ suite, comparison }: Report): string | undefined => `${toJson(comparison ?? suite, 2)}\n`,
  csv: withMeasured(toCsv),
  benchstat: withMeasured((suite) => toBenchstat(harmless(suite))),
  bencher: withMeasured(toBencher),
  "github-smaller": withMeasured((suite) => toGithub(suite, "lower")),
  "github-bigger": withMeasured((suite) => toGithub(suite, "higher")),
  junit: ({ suite, comparison }: Report): string | undefined => toJunit(suite, comparison),
} as const;

/** Name of a form of reports. */
export type Format = keyof typeof renderers;

/** The names of all forms of reports. */
export const formats = Object.keys(renderers) as readonly Format[];

/**
 * Renders a report in one of its forms.
 * @throws RunFailedError when it has nothing that this form shows
 */
export function renderReport(report: Report, format: Format): string {
  const text = renderers[format](report);
  if (text !== undefined) return text;
  const failures = report.suite ? failuresOf(report.suite) : [];
  const why = [...failures, ...(report.suite?.missing ?? [])].join("; ") || "no measurement has such a value";
  throw new RunFailedError(`--format "${format}": nothing to export: ${why}`);
}
