import { messages } from "../lib/cli/command.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { checkoutRoot } from "../lib/invocation.ts";
import { describeTool } from "../lib/result/environment.ts";
import { plural } from "../lib/units.ts";
import { type Comparison, compareVariants, rowsThatAre } from "./compare/comparison.ts";
import { checkOut } from "./driver/checkout.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { type AbOptions, abRoundsOf, abTimingOf } from "./options.ts";
import { runSuite, type RunnerPlan, type Variant } from "./suite/runner.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import { progressOf } from "./suite/suite-progress.ts";
import type { Suite } from "./suite/suite.ts";

/** The result of `bench ab`. */
export interface AbOutcome {
  readonly suite: Suite;
  readonly comparison: Comparison;
  /** `scenario: metric` of what was slower in both runs */
  readonly regressions: readonly string[];
}

const suspectsOf = (comparison: Comparison): Set<string> =>
  new Set(rowsThatAre(comparison, "slower").map(({ scenario, metric }) => `${scenario}: ${metric}`));

/** Measures both variants alternately and compares them. Slower scenarios are measured again, to confirm. */
export async function runAb(
  plan: RunnerPlan,
  threshold: number,
  folder: SuiteFolder,
  stop: AbortSignal,
): Promise<AbOutcome> {
  const suite = await runSuite(plan, stop, progressOf(folder, plan.rounds, true));
  const comparison = compareVariants(suite, threshold);
  const suspects = suspectsOf(comparison);
  if (suspects.size === 0 || stop.aborted) return { suite, comparison, regressions: [] };
  messages.log(`\nSuspected: ${[...suspects].join(", ")}. Measuring again to confirm.`);
  const names = new Set(rowsThatAre(comparison, "slower").map(({ scenario }) => scenario));
  const again = { ...plan, scenarios: plan.scenarios.filter(({ name }) => names.has(name)) };
  const confirmation = await SuiteFolder.open(`${folder.path}/confirmation`);
  const second = await runSuite(again, stop, progressOf(confirmation, plan.rounds, true));
  const confirmed = suspectsOf(compareVariants(second, threshold));
  return { suite, comparison, regressions: [...suspects].filter((suspect) => confirmed.has(suspect)) };
}

/** The outcome in a line, which is printed below the report. */
export function describeOutcome({ suite, comparison, regressions }: AbOutcome, stop: AbortSignal): string {
  if (stop.aborted) return "INTERRUPTED  nothing is judged";
  if (regressions.length > 0) return `REGRESSION  slower in two runs: ${regressions.join(", ")}`;
  const missing = suite.missing.length;
  if (missing > 0) return `INCOMPLETE  ${plural(missing, "measurement")} could not be made`;
  const suspects = suspectsOf(comparison);
  return suspects.size === 0
    ? "NO REGRESSION"
    : `NO REGRESSION  ${[...suspects].join(", ")} looked slower, which a second run did not confirm`;
}

/** The exit code for the outcome. */
export function outcomeCode({ suite, regressions }: AbOutcome, stop: AbortSignal): ExitCode {
  if (stop.aborted) return exitCodes.interrupted;
  if (regressions.length > 0) return exitCodes.regressionFound;
  return suite.missing.length > 0 ? exitCodes.runFailed : exitCodes.success;
}

/** Checks out the commits to compare, calls `use` with them and removes them. */
export async function withVariants<T>(
  options: AbOptions,
  use: (variants: readonly Variant[]) => Promise<T>,
): Promise<T> {
  messages.log(`Checking out and installing ${options.base}${options.head ? ` and ${options.head}` : ""}.`);
  await using base = await checkOut("--base", options.base);
  await using head = options.head ? await checkOut("--head", options.head) : undefined;
  return await use([
    { name: "base", checkout: base.path, commit: base.commit },
    { name: "head", checkout: head?.path ?? checkoutRoot, commit: head?.commit ?? describeTool().commit },
  ]);
}

/** The plan of a comparison. */
export const planAb = (options: AbOptions, variants: readonly Variant[]): RunnerPlan => ({
  scenarios: selectScenarios(options.only),
  variants,
  rounds: abRoundsOf(options),
  timing: abTimingOf(options),
});
