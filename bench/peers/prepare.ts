import { messages } from "../../lib/cli/command.ts";
import { InterruptedError, messageOf } from "../../lib/errors.ts";
import type { Way } from "../../lib/result/load-modes.ts";
import type { Placement } from "../driver/placement.ts";
import type { OneWayScenario, Scenario } from "../driver/scenarios.ts";
import { type CommandOnPort, startOnPort, verifyEcho } from "../driver/server-on-port.ts";
import type { Contestant } from "./contest.ts";
import type { OneWayFigures, RoundTripFigures, ScheduleFigures } from "./result.ts";
import { rivalClients, type RunLoad } from "./rival-clients.ts";
import { rivalOneWays } from "./rival-one-ways.ts";
import { rivalPacers } from "./rival-pacers.ts";
import { rivalPairs } from "./rival-pairs.ts";
import { isInstalled, type RivalServer } from "./rival-servers.ts";
import type { PacedScenario } from "./sort-scenarios.ts";
import { byName } from "./tables.ts";

/** A server that passed the check of its echoes. */
export interface ReadyServer {
  readonly name: string;
  readonly commandOn: CommandOnPort;
}

/** A client that can be started. */
export interface ReadyClient {
  readonly name: string;
  readonly verifies: boolean;
  readonly load: RunLoad;
}

/** Prepares a server and checks its echoes. @returns why it cannot be ranked, if so */
async function prepareServer(
  { name, prepare }: RivalServer,
  folder: string,
  placement: Placement,
): Promise<ReadyServer | string> {
  try {
    const commandOn = await prepare(folder);
    await using server = await startOnPort(commandOn, { prefix: placement.server });
    await verifyEcho(server.port, placement);
    return { name, commandOn };
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Prepares servers and checks their echoes.
 * @returns those that can be ranked, and why the others cannot
 * @throws InterruptedError when it is stopped
 */
export async function prepareServers(
  rivals: readonly RivalServer[],
  folder: string,
  placement: Placement,
  stop: AbortSignal,
) {
  const servers: ReadyServer[] = [];
  const failed = byName<string>();
  for (const rival of rivals) {
    messages.log(`checking ${rival.name}`);
    const outcome = await prepareServer(rival, folder, placement);
    if (stop.aborted) throw new InterruptedError("interrupted before anything was measured");
    if (typeof outcome === "string") failed[rival.name] = outcome;
    else servers.push(outcome);
  }
  return { servers, failed };
}

/** Prepares every client that is installed. */
export const prepareClients = (folder: string, placement: Placement): Promise<ReadyClient[]> =>
  Promise.all(
    rivalClients
      .filter(isInstalled)
      .map(async ({ name, verifies, prepare }) => ({ name, verifies, load: await prepare(folder, placement.load) })),
  );

/** Prepares every client of open loops that is installed, against one server. */
export const preparePacers = (
  folder: string,
  { load: prefix }: Placement,
  commandOn: CommandOnPort,
): Promise<Array<Contestant<ScheduleFigures, PacedScenario>>> =>
  Promise.all(
    rivalPacers
      .filter(isInstalled)
      .map(async ({ name, prepare }) => ({ name, commandOn, load: await prepare(folder, prefix) })),
  );

/** Those that are installed; none where the first one, which the others are compared with, is not. */
function installedBesideBaseline<R extends { readonly needs: readonly string[] }>(rivals: readonly R[]): R[] {
  const [baseline] = rivals;
  return baseline && isInstalled(baseline) ? rivals.filter(isInstalled) : [];
}

/** Prepares every pair that can be compared. */
export function preparePairs(
  folder: string,
  { load: prefix }: Placement,
): Promise<Array<Contestant<RoundTripFigures, Scenario>>> {
  return Promise.all(
    installedBesideBaseline(rivalPairs).map(async ({ name, server, client }) => ({
      ...{ name, commandOn: await server.prepare(folder), load: await client.prepare(folder, prefix) },
    })),
  );
}

/** The rivals of one way that can be compared. */
export function oneWayContestants(
  way: Way,
  { load: prefix }: Placement,
): Array<Contestant<OneWayFigures, OneWayScenario>> {
  return installedBesideBaseline(rivalOneWays).map(({ name, commandOn, load }) => ({
    name,
    commandOn: commandOn(way),
    load: load(prefix),
  }));
}
