import { messages } from "../../lib/cli/command.ts";
import type { Timing } from "../driver/measure.ts";
import type { Placement } from "../driver/placement.ts";
import { scheduleJobs } from "../driver/schedule.ts";
import type { PeersResult } from "./result.ts";
import { type KeepSchedule, type PacedScenario, rivalPacers } from "./rival-pacers.ts";
import { startRival } from "./rival-process.ts";
import { type CommandOnPort, isInstalled } from "./rival-servers.ts";
import { attempt, byName } from "./tables.ts";

/** A client of open loops that can be started. */
interface ReadyPacer {
  readonly name: string;
  readonly keep: KeepSchedule;
}

/** Prepares every client of open loops that is installed. */
export const preparePacers = (folder: string, { load }: Placement): Promise<ReadyPacer[]> =>
  Promise.all(
    rivalPacers.filter(isInstalled).map(async ({ name, prepare }) => ({ name, keep: await prepare(folder, load) })),
  );

/** Measures how well each client keeps a schedule against one server, side by side in every round. */
export async function measureSchedules(
  result: PeersResult,
  plan: { readonly scenarios: readonly PacedScenario[]; readonly rounds: number; readonly timing: Timing },
  commandOn: CommandOnPort,
  pacers: readonly ReadyPacer[],
  placement: Placement,
): Promise<void> {
  const { scenarios, rounds, timing } = plan;
  const byScenario = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const byPacer = new Map(pacers.map((pacer) => [pacer.name, pacer]));
  for (const job of scheduleJobs(scenarios, [...byPacer.keys()], rounds)) {
    const { variant, round } = job;
    const scenario = byScenario.get(job.scenario.name);
    const pacer = byPacer.get(variant);
    if (!scenario || !pacer || result.failed[variant] !== undefined) continue;
    messages.log(`round ${round} of ${rounds}: ${scenario.name}, ${variant}`);
    await attempt(result, "schedules", variant, `${scenario.name}, round ${round}`, async () => {
      await using server = await startRival(commandOn, placement);
      const figures = await pacer.keep(scenario, timing, server.port);
      ((result.schedules[scenario.name] ??= byName())[variant] ??= []).push(figures);
    });
  }
}
