import { messages } from "../lib/cli/command.ts";
import { print } from "../lib/cli/output.ts";
import { watchStop } from "../lib/cli/stop.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { describeTool } from "../lib/result/environment.ts";
import { planAb, requireEnoughRounds, runAb, withVariants } from "./ab.ts";
import { judgeAb } from "./compare/ab-outcome.ts";
import { compareVariants } from "./compare/comparison.ts";
import { roundsOf, timingOf } from "./driver/options.ts";
import { requireCheckout } from "./driver/processes.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { type AbOptions, abRoundsOf, type BenchOptions, type ReportOptions } from "./options.ts";
import { type Report, renderReport } from "./report/formats.ts";
import { isWithoutSound } from "./report/suite-summary.ts";
import { runSuite } from "./suite/runner.ts";
import { standardFolder } from "./driver/report-folder.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import { asSuite, readInput } from "./suite/suite-input.ts";
import { progressOf } from "./suite/suite-progress.ts";

/** Saves the report as Markdown and as a page, and prints where. */
async function saveReport(folder: SuiteFolder, report: Report): Promise<void> {
  await folder.write("report.md", renderReport(report, "markdown"));
  await folder.write("report.html", renderReport(report, "html"));
  messages.log(`\nReports are in ${folder.path}\n`);
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
  const isEmpty = suite.scenarios.every(({ measurements }) => measurements.length === 0);
  if (stop.aborted && isEmpty) return exitCodes.interrupted;
  await print(renderReport(report, options.format));
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
  const { suite, comparison } = runs;
  await folder.write("report.json", renderReport({ suite, comparison: undefined }, "json"));
  await saveReport(folder, { suite, comparison });
  await print(renderReport({ suite, comparison }, options.format));
  const { text, exitCode } = judgeAb(runs, stop.aborted);
  messages.log(text);
  return exitCode;
}

/** `bench report`: renders a saved result, with a comparison if it has two variants. */
export async function runReport({ file, format, threshold }: ReportOptions): Promise<ExitCode> {
  const input = readInput("FILE", file);
  const suite = asSuite(input);
  const comparison = suite.variants.length > 1 ? compareVariants(suite, threshold) : undefined;
  if (format !== "text") for (const problem of suite.missing) messages.warn(problem);
  await print(renderReport({ suite, comparison }, format));
  return isWithoutSound(suite) ? exitCodes.runFailed : exitCodes.success;
}
