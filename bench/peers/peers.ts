import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messages } from "../../lib/cli/command.ts";
import { RunFailedError } from "../../lib/errors.ts";
import { describeConditions } from "../driver/conditions.ts";
import { measure, type Timing } from "../driver/measure.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { unlessInterrupted } from "../driver/processes.ts";
import type { OneWayScenario, Scenario } from "../driver/scenarios.ts";
import { scheduleJobs } from "../driver/schedule.ts";
import { measureContest } from "./contest.ts";
import { oneWayContestants, prepareClients, preparePacers, preparePairs, prepareServers } from "./prepare.ts";
import type { ReadyClient, ReadyServer } from "./prepare.ts";
import type { OneWayFigures, PeersResult, Side } from "./result.ts";
import { rivalClients } from "./rival-clients.ts";
import { rivalPacers } from "./rival-pacers.ts";
import { sortScenarios } from "./sort-scenarios.ts";
import { rivalOneWays } from "./rival-one-ways.ts";
import { rivalPairs } from "./rival-pairs.ts";
import { startOnPort } from "../driver/server-on-port.ts";
import { isInstalled, type RivalServer, rivalServers } from "./rival-servers.ts";
import { attempt, byName, record } from "./tables.ts";

/** A server and a client that are measured together, and the tables that show the figures. */
interface Pairing<S, C> {
  readonly server: S;
  readonly client: C;
  readonly sides: readonly Side[];
}

/** Pairs every server with the first client and every client with the first server; the first ones meet only once. */
export function pairUp<S, C>(servers: readonly S[], clients: readonly C[]): Array<Pairing<S, C>> {
  const [firstServer] = servers;
  const [firstClient] = clients;
  if (firstServer === undefined || firstClient === undefined) return [];
  return [
    { server: firstServer, client: firstClient, sides: ["servers", "clients"] },
    ...servers.slice(1).map((server): Pairing<S, C> => ({ server, client: firstClient, sides: ["servers"] })),
    ...clients.slice(1).map((client): Pairing<S, C> => ({ server: firstServer, client, sides: ["clients"] })),
  ];
}

/** What to measure. */
interface PeersPlan {
  readonly scenarios: ReadonlyArray<Scenario | OneWayScenario>;
  readonly rounds: number;
  readonly timing: Timing;
  /** servers to compare besides the usual ones */
  readonly more: readonly RivalServer[];
}

/** The same for closed loops alone. */
type ClosedPlan = PeersPlan & { readonly scenarios: readonly Scenario[] };

/** Measures every server once with echobench's own client, for the percentile curves. */
async function measureRoundTrips(
  result: PeersResult,
  { scenarios, timing }: ClosedPlan,
  servers: readonly ReadyServer[],
  placement: Placement,
): Promise<void> {
  for (const scenario of scenarios) {
    messages.log(`round trips: ${scenario.name}`);
    for (const { name, commandOn } of servers) {
      if (result.failed[name] !== undefined) continue;
      await attempt(result, "servers", name, `${scenario.name}, round trips`, async () => {
        await using server = await startOnPort(commandOn, { prefix: placement.server });
        const setup = { prefix: placement.load, port: server.port };
        (result.latency[scenario.name] ??= byName())[name] = await measure(scenario, timing, setup);
      });
    }
  }
}

const messageRate = ({ messagesPerSecond }: { readonly messagesPerSecond: number }): number => messagesPerSecond;

type ReadyPairing = Pairing<ReadyServer, ReadyClient>;

async function measureRounds(
  result: PeersResult,
  { scenarios, rounds, timing }: ClosedPlan,
  pairings: readonly ReadyPairing[],
  placement: Placement,
  onMeasured: () => Promise<void>,
): Promise<void> {
  const pairingOf = new Map(pairings.map((each) => [`${each.server.name} loaded by ${each.client.name}`, each]));
  for (const { scenario, variant, round } of scheduleJobs(scenarios, [...pairingOf.keys()], rounds)) {
    const pairing = pairingOf.get(variant);
    const [side] = pairing?.sides ?? [];
    if (!pairing || side === undefined) continue;
    const nameOn = (one: Side): string => (one === "servers" ? pairing.server.name : pairing.client.name);
    if (result.failed[nameOn(side)] !== undefined) continue;
    messages.log(`round ${round} of ${rounds}: ${scenario.name}, ${variant}`);
    await attempt(result, side, nameOn(side), `${scenario.name}, round ${round}`, async () => {
      await using server = await startOnPort(pairing.server.commandOn, { prefix: placement.server });
      const figures = await pairing.client.load(scenario, timing, server.port);
      for (const each of pairing.sides) record(result, each, scenario.name, nameOn(each), figures);
    });
    await onMeasured();
  }
}

async function measureAll(
  plan: PeersPlan,
  folder: string,
  stop: AbortSignal,
  onMeasured: (result: PeersResult) => Promise<void>,
): Promise<PeersResult> {
  const placement = choosePlacement();
  const conditions = describeConditions(placement.description, plan.rounds, plan.timing);
  const rivals = [...rivalServers, ...plan.more];
  const { servers, failed } = await prepareServers(rivals.filter(isInstalled), folder, placement, stop);
  const pairings = pairUp(servers, await prepareClients(folder, placement));
  const [first] = pairings;
  if (!first) throw new RunFailedError(`no server echoes every byte: ${Object.values(failed).join("; ")}`);
  const pacers = await preparePacers(folder, placement, first.server.commandOn);
  const pairs = await preparePairs(folder, placement);
  const result: PeersResult = {
    schema: "echobench.peers/1",
    ...conditions,
    load: first.client.name,
    loadVerifies: first.client.verifies,
    baseline: {
      server: first.server.name,
      client: first.client.name,
      pacer: pacers[0]?.name ?? "",
      pair: pairs[0]?.name ?? "",
      oneWay: rivalOneWays[0]?.name ?? "",
    },
    ...{
      servers: {},
      clients: {},
      schedules: {},
      pairs: {},
      oneWay: {},
      p99_9Ns: { servers: {}, clients: {} },
      latency: {},
      failed,
    },
    failedWhileMeasured: [],
    notInstalled: [...rivals, ...rivalClients, ...rivalPacers, ...rivalPairs, ...rivalOneWays]
      .filter((each) => !isInstalled(each))
      .map(({ name }) => name),
  };
  const { closed: scenarios, paced, forPairs, oneWay } = sortScenarios(plan.scenarios);
  const closed = { ...plan, scenarios };
  async function measureEverything(): Promise<void> {
    await measureRoundTrips(result, closed, servers, placement);
    await measureRounds(result, closed, pairings, placement, () => onMeasured(result));
    const schedules = { table: result.schedules, scenarios: paced, contestants: pacers, rateOf: messageRate };
    await measureContest(result, { kind: "schedules", ...schedules }, plan, placement);
    await onMeasured(result);
    const pingPong = { table: result.pairs, scenarios: forPairs, contestants: pairs, rateOf: messageRate };
    await measureContest(result, { kind: "pairs", ...pingPong }, plan, placement);
    await onMeasured(result);
    for (const way of ["upload", "download"] as const) {
      const ofWay = {
        scenarios: oneWay.filter((each) => each.way === way),
        contestants: oneWayContestants(way, placement),
      };
      const goodput = { table: result.oneWay, ...ofWay, rateOf: ({ bytesPerSecond }: OneWayFigures) => bytesPerSecond };
      await measureContest(result, { kind: "oneWay", ...goodput }, plan, placement);
      await onMeasured(result);
    }
  }
  await measureEverything().catch(unlessInterrupted(stop));
  return result;
}

/**
 * Measures echo servers under one load and clients against one server, side by side in every round.
 * @param stop ends it with what was measured so far
 * @param onMeasured gets all measurements so far after each one
 */
export async function measurePeers(
  plan: PeersPlan,
  stop: AbortSignal,
  onMeasured: (result: PeersResult) => Promise<void>,
): Promise<PeersResult> {
  const folder = await mkdtemp(join(tmpdir(), "echobench-peers-"));
  try {
    return await measureAll(plan, folder, stop, onMeasured);
  } finally {
    await rm(folder, { recursive: true });
  }
}
