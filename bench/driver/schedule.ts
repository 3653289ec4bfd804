import type { Scenario } from "./scenarios.ts";

/** One measurement that is to be made. */
export interface Job {
  readonly scenario: Scenario;
  readonly variant: string;
  /** counted from 1 */
  readonly round: number;
}

/**
 * Round after round over all scenarios, so that what else the machine does hits all alike; two variants take turns
 * at being the first: A B B A.
 */
export function scheduleJobs(scenarios: readonly Scenario[], variants: readonly string[], rounds: number): Job[] {
  const jobs: Job[] = [];
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? variants : variants.toReversed();
    for (const scenario of scenarios) for (const variant of order) jobs.push({ scenario, variant, round });
  }
  return jobs;
}
