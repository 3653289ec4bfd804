import { messages } from "../lib/cli/command.ts";
import { UsageError } from "../lib/errors.ts";
import { type AbRuns, suspectsOf } from "./compare/ab-outcome.ts";
import { compareVariants, rowsThatAre } from "./compare/comparison.ts";
import { FEWEST_PAIRS, SIGNIFICANT_P } from "./compare/power.ts";
import { selectScenarios } from "./driver/scenarios.ts";
import { type AbOptions, abRoundsOf, abTimingOf } from "./options.ts";
import { runSuite, type RunnerPlan, type Variant } from "./suite/runner.ts";
import { SuiteFolder } from "./suite/suite-folder.ts";
import { progressOf } from "./suite/suite-progress.ts";

/**
 * Refuses so few rounds that no difference could be found, before anything is measured.
 * @throws UsageError
 */
export function requireEnoughRounds(rounds: number): void {
  if (rounds >= FEWEST_PAIRS) return;
  throw new UsageError(
    `--rounds "${rounds}": expected at least ${FEWEST_PAIRS}; with fewer pairs the signed-rank test never gets below p = ${SIGNIFICANT_P}, so no regression could be found`,
  );
}

/** Measures both variants alternately and compares them. Slower scenarios are measured again, to confirm. */
export async function runAb(
  plan: RunnerPlan,
  threshold: number,
  folder: SuiteFolder,
  stop: AbortSignal,
): Promise<AbRuns> {
  const suite = { ...(await runSuite(plan, stop, progressOf(folder, plan.rounds, true))), threshold };
  const comparison = compareVariants(suite, threshold);
  const suspects = suspectsOf(comparison);
  if (suspects.length === 0 || stop.aborted) return { suite, comparison, confirmation: undefined };
  messages.log(`\nSuspected: ${suspects.join(", ")}. Measuring again to confirm.`);
  const names = new Set(rowsThatAre(comparison, "slower").map(({ scenario }) => scenario));
  const again = { ...plan, scenarios: plan.scenarios.filter(({ name }) => names.has(name)) };
  const confirming = await SuiteFolder.open(`${folder.path}/confirmation`);
  const second = await runSuite(again, stop, progressOf(confirming, plan.rounds, true));
  await confirming.write("report.json", JSON.stringify(second));
  return { suite, comparison, confirmation: { suite: second, comparison: compareVariants(second, threshold) } };
}

/** The plan of a comparison. TLS is measured of a server of one's own only when asked for: it may have none. */
export const planAb = (options: AbOptions, variants: readonly Variant[]): RunnerPlan => ({
  scenarios: selectScenarios(options.only).filter(
    ({ isTls }) => options.server === undefined || options.only.length > 0 || !isTls,
  ),
  variants,
  rounds: abRoundsOf(options),
  timing: abTimingOf(options),
});
