import { messages } from "../../lib/cli/command.ts";
import { RunFailedError } from "../../lib/errors.ts";
import type { Timing } from "../driver/measure.ts";
import type { Placement } from "../driver/placement.ts";
import { scheduleJobs } from "../driver/schedule.ts";
import { type CommandOnPort, startOnPort } from "../driver/server-on-port.ts";
import type { ContestKind, PeersResult } from "./result.ts";
import type { RunLoad } from "./rival-clients.ts";
import { attempt, byName } from "./tables.ts";

/** A client that can be started, and the server that it loads. */
export interface Contestant<F, S> {
  readonly name: string;
  readonly commandOn: CommandOnPort;
  readonly load: RunLoad<F, S>;
}

/** Who is measured under which loads. */
interface ContestPlan<F, S> {
  readonly kind: ContestKind;
  /** gets the figures, by scenario and contestant, ordered by round */
  readonly table: Record<string, Record<string, F[]>>;
  readonly scenarios: readonly S[];
  readonly contestants: ReadonlyArray<Contestant<F, S>>;
  /** what a contestant moved in a second, which is no multiple of anything when it is 0 */
  readonly rateOf: (figures: F) => number;
}

/** Measures all contestants side by side in every round. */
export async function measureContest<F, S extends { readonly name: string }>(
  result: PeersResult,
  { kind, table, scenarios, contestants, rateOf }: ContestPlan<F, S>,
  { rounds, timing }: { readonly rounds: number; readonly timing: Timing },
  placement: Placement,
): Promise<void> {
  const byContestant = new Map(contestants.map((contestant) => [contestant.name, contestant]));
  for (const { scenario, variant, round } of scheduleJobs(scenarios, [...byContestant.keys()], rounds)) {
    const contestant = byContestant.get(variant);
    if (!contestant || result.failed[variant] !== undefined) continue;
    messages.log(`round ${round} of ${rounds}: ${scenario.name}, ${variant}`);
    await attempt(result, kind, variant, `${scenario.name}, round ${round}`, async () => {
      await using server = await startOnPort(contestant.commandOn, { prefix: placement.server });
      const figures = await contestant.load(scenario, timing, server.port);
      if (rateOf(figures) === 0) throw new RunFailedError("nothing arrived while it was measured");
      ((table[scenario.name] ??= byName())[variant] ??= []).push(figures);
    });
  }
}
