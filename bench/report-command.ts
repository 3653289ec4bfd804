import { messages, programCommand } from "../lib/cli/command.ts";
import { print } from "../lib/process/output.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { judgeAb, type Judged } from "./compare/ab-outcome.ts";
import { withOutcome } from "./compare/conclusion.ts";
import { compareVariants, type Comparison } from "./compare/comparison.ts";
import { reportOptions, type ReportOptions, reportSections } from "./options.ts";
import { renderReport } from "./report/formats.ts";
import { standardThreshold } from "./report/options.ts";
import { failuresOf } from "./report/suite-summary.ts";
import type { Suite } from "./suite/suite.ts";
import { asSuite, readConfirmation, readInput } from "./suite/suite-input.ts";

/** The comparison of a saved suite's variants, with the verdict that follows from it and its second run. */
function comparisonOf(
  suite: Suite,
  file: string,
  threshold = suite.threshold ?? standardThreshold,
): Comparison | undefined {
  if (!["base", "head"].every((variant) => suite.variants.some(({ name }) => name === variant))) return undefined;
  const judged = (of: Suite): Judged => ({ suite: of, comparison: compareVariants(of, threshold) });
  const second = readConfirmation("FILE", file);
  const runs = { ...judged(suite), confirmation: second && judged(second) };
  return withOutcome(runs.comparison, judgeAb(runs, false));
}

/** `bench report`: renders a saved result, with a comparison if it has two variants. */
async function runReport({ file, format, threshold }: ReportOptions): Promise<ExitCode> {
  const input = readInput("FILE", file);
  const suite = asSuite(input);
  const comparison = comparisonOf(suite, file, threshold);
  const failures = failuresOf(suite);
  // Not every format has a place for these.
  const unsaid = format === "text" ? [] : [...suite.doubts, ...suite.missing, ...failures];
  for (const problem of [...(input.suite ? input.problems : []), ...unsaid]) messages.warn(problem);
  await print(renderReport({ suite, comparison }, format));
  return suite.missing.length > 0 || failures.length > 0 ? exitCodes.runFailed : exitCodes.success;
}

export const reportCommand = programCommand({
  name: "echo-bench report",
  command: "bun run bench report",
  summary: "renders a saved result again",
  sections: reportSections,
  schema: reportOptions,
  examples: [["bun run bench report reports/2026-01-02T03-04-05 --format markdown", "as Markdown"]],
  run: runReport,
  notes: ["Exit codes: 0 every measurement is there and went as planned, 1 one failed or is missing, 2 wrong usage."],
});
