import type { Scenario } from "./scenarios.ts";

/** One measurement to be made. */
export interface Job<S = Scenario> {
  readonly scenario: S;
  readonly variant: string;
  /** counted from 1 */
  readonly round: number;
}

/**
 * Orders measurements in rounds over all scenarios, so that other activity on the machine affects all variants alike.
 * Every second round runs the variants in reverse order: A B, B A.
 */
export function scheduleJobs<S>(scenarios: readonly S[], variants: readonly string[], rounds: number): Array<Job<S>> {
  const jobs: Array<Job<S>> = [];
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 === 1 ? variants : variants.toReversed();
    for (const scenario of scenarios) for (const variant of order) jobs.push({ scenario, variant, round });
  }
  return jobs;
}
