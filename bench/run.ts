import { messages } from "../lib/cli/command.ts";
import { print } from "../lib/process/output.ts";
import { watchStop } from "../lib/process/stop.ts";
import { type ExitCode, exitCodes, InterruptedError, RunFailedError } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { describeTool } from "../lib/result/environment.ts";
import { planAb, requireEnoughRounds, runAb, withVariants } from "./ab.ts";
import { type Judged, judgeAb } from "./compare/ab-outcome.ts";
import { withOutcome } from "./compare/conclusion.ts";
import { type Comparison, compareVariants } from "./compare/comparison.ts";
import { roundsOf, timingOf } from "./driver/options.ts";
import { requireCheckout } from "./driver/processes.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { type AbOptions, abRoundsOf, type BenchOptions, type ReportOptions } from "./options.ts";
import { type Format, type Report, renderReport } from "./report/formats.ts";
import { standardThreshold } from "./report/options.ts";
import { failuresOf } from "./report/suite-summary.ts";
import { runSuite } from "./suite/runner.ts";
import { standardFolder } from "./driver/report-folder.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import type { Suite } from "./suite/suite.ts";
import { asSuite, readConfirmation, readInput } from "./suite/suite-input.ts";
import { progressOf } from "./suite/suite-progress.ts";
import { tellVerdict } from "./verdict.ts";

/** Saves the report as Markdown and as a page, and prints where. */
async function saveReport(folder: SuiteFolder, report: Report): Promise<void> {
  await folder.write("report.md", renderReport(report, "markdown"));
  await folder.write("report.html", renderReport(report, "html"));
  messages.log(`\nReports are in ${folder.path}\n`);
}

/** Prints a report. That of a run that was stopped may have nothing to show, which does not change its exit code. */
async function printReport(report: Report, format: Format, stop: AbortSignal): Promise<void> {
  const isEmpty = report.suite?.scenarios.every(({ measurements }) => measurements.length === 0);
  if (stop.aborted && isEmpty) throw new InterruptedError("interrupted before anything was measured");
  try {
    await print(renderReport(report, format));
  } catch (error) {
    if (!stop.aborted || !(error instanceof RunFailedError)) throw error;
    throw new InterruptedError(`interrupted; ${error.message}`);
  }
}

/** `bench run`: measures server and client of this checkout against each other, in rounds over all scenarios. */
export async function runBench(options: BenchOptions): Promise<ExitCode> {
  const stop = watchStop();
  const folder = await SuiteFolder.open(options.out ?? standardFolder(new Date()));
  const rounds = roundsOf(options);
  const variants = [{ name: "head", checkout: checkoutRoot, commit: describeTool().commit }];
  const plan = { scenarios: selectScenarios(options.only), variants, rounds, timing: timingOf(options) };
  const suite = await runSuite(plan, stop, progressOf(folder, rounds, false));
  const report = { suite, comparison: undefined };
  await folder.write("report.json", renderReport(report, "json"));
  await saveReport(folder, report);
  await printReport(report, options.format, stop);
  if (stop.aborted) return exitCodes.interrupted;
  return suite.missing.length > 0 ? exitCodes.runFailed : exitCodes.success;
}

/** `bench ab`: measures two commits alternately and compares them. */
export async function runAbCommand(options: AbOptions): Promise<ExitCode> {
  requireCheckout("ab");
  requireEnoughRounds(abRoundsOf(options));
  const stop = watchStop();
  const folder = await SuiteFolder.open(options.out ?? standardFolder(new Date()));
  const runs = await withVariants(options, (variants) =>
    runAb(planAb(options, variants), options.threshold, folder, stop),
  );
  const conclusion = judgeAb(runs, stop.aborted);
  const report = { suite: runs.suite, comparison: withOutcome(runs.comparison, conclusion) };
  await folder.write("report.json", renderReport({ ...report, comparison: undefined }, "json"));
  await saveReport(folder, report);
  await printReport(report, options.format, stop);
  tellVerdict(conclusion, options.format);
  return conclusion.exitCode;
}

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
export async function runReport({ file, format, threshold }: ReportOptions): Promise<ExitCode> {
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
