import { watchStop } from "../lib/process/stop.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { describeTool } from "../lib/result/environment.ts";
import { roundsOf, timingOf } from "./driver/options.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { benchOptions, type BenchOptions, benchSections } from "./options.ts";
import { runSuite } from "./suite/runner.ts";
import { standardFolder } from "./driver/report-folder.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import { progressOf } from "./suite/suite-progress.ts";
import { programCommand } from "../lib/cli/command.ts";
import { printReport, saveReport } from "./save-report.ts";
import { measuringNotes } from "./report/options.ts";

/** `bench run`: measures server and client of this checkout against each other, in rounds over all scenarios. */
async function runBench(options: BenchOptions): Promise<ExitCode> {
  const stop = watchStop();
  const folder = await SuiteFolder.open(options.out ?? standardFolder(new Date()));
  const rounds = roundsOf(options);
  const variants = [{ name: "head", checkout: checkoutRoot, commit: describeTool().commit }];
  const plan = { scenarios: selectScenarios(options.only), variants, rounds, timing: timingOf(options) };
  const suite = await runSuite(plan, stop, progressOf(folder, rounds, false));
  const report = { suite, comparison: undefined };
  await saveReport(folder, report, stop);
  await printReport(report, options.format, stop);
  if (stop.aborted) return exitCodes.interrupted;
  return suite.missing.length > 0 ? exitCodes.runFailed : exitCodes.success;
}

export const runCommand = programCommand({
  name: "echo-bench run",
  command: "bun run bench",
  summary: "measures server and client against each other, repeatedly",
  sections: benchSections,
  schema: benchOptions,
  examples: [
    ["bun run bench", "all scenarios, five interleaved rounds; results and reports in reports/"],
    ["bun run bench --quick", "within a minute, for a first look"],
    ["bun run bench --only small,large --format markdown", "two scenarios, as Markdown"],
  ],
  run: runBench,
  notes: [
    "Other commands: compare, ab, prove, report, comment, buffers, peers, rtt and micro, each with its own --help.",
    ...measuringNotes,
  ],
});
