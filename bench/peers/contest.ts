import { messages } from "../../lib/cli/command.ts";
import { RunFailedError } from "../../lib/errors.ts";
import type { Timing } from "../driver/measure.ts";
import type { Placement } from "../driver/placement.ts";
import type { Scenario } from "../driver/scenarios.ts";
import { scheduleJobs } from "../driver/schedule.ts";
import { type CommandOnPort, startOnPort } from "../driver/server-on-port.ts";
import type { ContestKind, PeersResult, RoundTripFigures } from "./result.ts";
import type { RunLoad } from "./rival-clients.ts";
import { attempt, byName } from "./tables.ts";

/** A client that can be started, and the server that it loads. */
export interface Contestant<F, S extends Scenario> {
  readonly name: string;
  readonly commandOn: CommandOnPort;
  readonly load: RunLoad<F, S>;
}

/** Who is measured under which loads. */
interface ContestPlan<F, S extends Scenario> {
  readonly kind: ContestKind;
  /** gets the figures, by scenario and contestant, ordered by round */
  readonly table: Record<string, Record<string, F[]>>;
  readonly scenarios: readonly S[];
  readonly contestants: ReadonlyArray<Contestant<F, S>>;
}

/** Measures all contestants side by side in every round. */
export async function measureContest<F extends RoundTripFigures, S extends Scenario>(
  result: PeersResult,
  { kind, table, scenarios, contestants }: ContestPlan<F, S>,
  { rounds, timing }: { readonly rounds: number; readonly timing: Timing },
  placement: Placement,
): Promise<void> {
  const byScenario = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const byContestant = new Map(contestants.map((contestant) => [contestant.name, contestant]));
  for (const job of scheduleJobs(scenarios, [...byContestant.keys()], rounds)) {
    const { variant, round } = job;
    const scenario = byScenario.get(job.scenario.name);
    const contestant = byContestant.get(variant);
    if (!scenario || !contestant || result.failed[variant] !== undefined) continue;
    messages.log(`round ${round} of ${rounds}: ${scenario.name}, ${variant}`);
    await attempt(result, kind, variant, `${scenario.name}, round ${round}`, async () => {
      await using server = await startOnPort(contestant.commandOn, { prefix: placement.server });
      const figures = await contestant.load(scenario, timing, server.port);
      if (figures.messagesPerSecond === 0) throw new RunFailedError("no message came back while it was measured");
      ((table[scenario.name] ??= byName())[variant] ??= []).push(figures);
    });
  }
}
