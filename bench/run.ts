import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { describeTool } from "../lib/result/environment.ts";
import { messages } from "../lib/cli/command.ts";
import { print } from "../lib/cli/output.ts";
import { watchSignals } from "../lib/cli/signals.ts";
import { describeOutcome, outcomeCode, planAb, runAb, withVariants } from "./ab.ts";
import { compareSuites, compareVariants } from "./compare/comparison.ts";
import { type Report, renderReport } from "./report/formats.ts";
import {
  type AbOptions,
  type BenchOptions,
  type CompareOptions,
  type ReportOptions,
  roundsOf,
  timingOf,
} from "./options.ts";
import { requireCheckout } from "./driver/processes.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { runSuite } from "./suite/runner.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { standardFolder, SuiteFolder } from "./suite/suite-folder.ts";
import { readSuite } from "./suite/suite-input.ts";
import { progressOf } from "./suite/suite-progress.ts";

/** Keeps the report in its folder in every form that people read, and says where. */
async function keepReport(folder: SuiteFolder, report: Report): Promise<void> {
  await folder.write("report.md", renderReport(report, "markdown"));
  await folder.write("report.html", renderReport(report, "html"));
  messages.log(`\nReports are in ${folder.path}\n`);
}

/** Measures server and client of this checkout against each other, round after round over all scenarios. */
export async function runBench(options: BenchOptions): Promise<ExitCode> {
  using signals = watchSignals();
  const folder = await SuiteFolder.open(options.out ?? standardFolder(new Date()));
  const rounds = roundsOf(options);
  const variants = [{ name: "head", checkout: checkoutRoot, commit: describeTool().commit }];
  const plan = { scenarios: selectScenarios(options.only), variants, rounds, timing: timingOf(options) };
  const suite = await runSuite(plan, signals.stop, progressOf(folder, rounds, false));
  const report = { suite, comparison: undefined };
  await folder.write("report.json", renderReport(report, "json"));
  await keepReport(folder, report);
  await print(renderReport(report, options.format));
  if (signals.stop.aborted) return exitCodes.interrupted;
  return suite.missing.length > 0 ? exitCodes.runFailed : exitCodes.success;
}

/** Compares what was measured before. */
export async function runCompare({ base, head, format, threshold }: CompareOptions): Promise<ExitCode> {
  const comparison = compareSuites(readSuite("BASE", base), readSuite("HEAD", head), threshold);
  await print(renderReport({ suite: undefined, comparison }, format));
  return exitCodes.success;
}

/** Measures two commits alternately and compares them. */
export async function runAbCommand(options: AbOptions): Promise<ExitCode> {
  requireCheckout("ab");
  using signals = watchSignals();
  const folder = await SuiteFolder.open(options.out ?? standardFolder(new Date()));
  const outcome = await withVariants(options, (variants) =>
    runAb(planAb(options, variants), options.threshold, folder, signals.stop),
  );
  const { suite, comparison } = outcome;
  await folder.write("report.json", renderReport({ suite, comparison: undefined }, "json"));
  await keepReport(folder, { suite, comparison });
  await print(renderReport({ suite, comparison }, options.format));
  messages.log(describeOutcome(outcome, signals.stop));
  return outcomeCode(outcome, signals.stop);
}

/** Renders again what was measured before. */
export async function runReport({ file, format, threshold }: ReportOptions): Promise<ExitCode> {
  const suite = readSuite("FILE", file);
  const comparison = suite.variants.length > 1 ? compareVariants(suite, threshold) : undefined;
  await print(renderReport({ suite, comparison }, format));
  return exitCodes.success;
}
