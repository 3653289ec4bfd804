import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messages } from "../../lib/cli/command.ts";
import { messageOf } from "../../lib/errors.ts";
import { type Contestant, contestants, cServer, isInstalled, ourServer } from "./rival-servers.ts";
import {
  cLoad,
  compileCClient,
  measureLatency,
  ourLoad,
  type PutLoad,
  startContestant,
  verifyEcho,
} from "./rival-process.ts";
import type { Timing } from "../driver/measure.ts";
import { roundsOf, timingOf } from "../driver/options.ts";
import type { PeersOptions } from "./options.ts";
import { type PeersResult, type Rates, renderPeers } from "./report.ts";
import { renderPeersPage } from "./page.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { saveFile } from "../suite/suite-folder.ts";
import { plainScenarios, type Scenario, selectScenarios } from "../driver/scenarios.ts";

/** A contestant that is ready to be started. */
interface Ready {
  readonly name: string;
  readonly commandOn: (port: number) => readonly string[];
}

/** Builds and verifies a contestant; says why when it may not take part. */
async function admit({ name, prepare }: Contestant, folder: string, placement: Placement): Promise<Ready | string> {
  try {
    const commandOn = await prepare(folder);
    await using server = await startContestant(commandOn, placement);
    await verifyEcho(server.port, placement);
    return { name, commandOn };
  } catch (error) {
    return messageOf(error);
  }
}

async function admitAll(field: readonly Contestant[], folder: string, placement: Placement) {
  const ready: Ready[] = [];
  const failed: Record<string, string> = {};
  for (const contestant of field) {
    messages.log(`verifying ${contestant.name}`);
    const outcome = await admit(contestant, folder, placement);
    if (typeof outcome === "string") failed[contestant.name] = outcome;
    else ready.push(outcome);
  }
  return { ready, failed };
}

/** The clients that load the servers' yardstick, C's first where there is one. */
async function clientsFor(
  folder: string,
  placement: Placement,
): Promise<Array<readonly [name: string, load: PutLoad]>> {
  const ours = ["echobench, verifying", ourLoad(placement)] as const;
  if (Bun.which("cc") === null) return [ours];
  return [["C, epoll, unverified", cLoad(placement, await compileCClient(folder))], ours];
}

/** Who takes part, ready to be measured. */
interface Contest {
  readonly placement: Placement;
  readonly timing: Timing;
  readonly servers: readonly Ready[];
  /** the first one loads the servers */
  readonly clients: ReadonlyArray<readonly [name: string, load: PutLoad]>;
  /** the server that all clients are measured against */
  readonly yardstick: Ready | undefined;
}

async function loadServer(
  { placement, timing }: Contest,
  { commandOn }: Ready,
  load: PutLoad,
  scenario: Scenario,
): Promise<number> {
  await using server = await startContestant(commandOn, placement);
  return (await load(scenario, timing, server.port)).messagesPerSecond;
}

function record(rates: Rates, scenario: Scenario, name: string, rate: number): void {
  ((rates[scenario.name] ??= {})[name] ??= []).push(rate);
}

/** Has the verifying client measure the round trips of a server once. */
async function recordLatency(
  { placement, timing }: Contest,
  { name, commandOn }: Ready,
  scenario: Scenario,
  result: PeersResult,
): Promise<void> {
  await using server = await startContestant(commandOn, placement);
  (result.latency[scenario.name] ??= {})[name] = await measureLatency(scenario, timing, server.port, placement);
}

/** Measures every server and every client once. */
async function measureRound(contest: Contest, scenario: Scenario, result: PeersResult): Promise<void> {
  const { servers, clients, yardstick } = contest;
  const [firstClient] = clients;
  for (const server of servers) {
    if (!firstClient) continue;
    record(result.servers, scenario, server.name, await loadServer(contest, server, firstClient[1], scenario));
  }
  for (const [name, load] of clients) {
    if (!yardstick) continue;
    record(result.clients, scenario, name, await loadServer(contest, yardstick, load, scenario));
  }
}

async function holdContest(options: PeersOptions, folder: string): Promise<PeersResult> {
  const placement = choosePlacement();
  const rounds = roundsOf(options);
  const field = [...contestants, ...options.peer];
  const { ready, failed } = await admitAll(field.filter(isInstalled), folder, placement);
  const clients = await clientsFor(folder, placement);
  const named = (wanted: string): Ready | undefined => ready.find(({ name }) => name === wanted);
  const yardstick = named(cServer.name) ?? named(ourServer.name);
  const contest = { placement, timing: timingOf(options), servers: ready, clients, yardstick };
  const result: PeersResult = {
    ...{
      rounds,
      placement: placement.description,
      load: clients[0]?.[0] ?? "",
      servers: {},
      clients: {},
      latency: {},
      failed,
    },
    notInstalled: field.filter((each) => !isInstalled(each)).map(({ name }) => name),
  };
  for (const scenario of selectScenarios(options.only, plainScenarios)) {
    messages.log(`round trips: ${scenario.name}`);
    for (const server of ready) await recordLatency(contest, server, scenario, result);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of selectScenarios(options.only, plainScenarios)) {
      messages.log(`round ${round} of ${rounds}: ${scenario.name}`);
      await measureRound(contest, scenario, result);
    }
  }
  return result;
}

/** Measures echo servers under one load, and clients against one server, side by side in every round. */
export async function runPeers(options: PeersOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "echobench-peers-"));
  try {
    const result = await holdContest(options, folder);
    const json = JSON.stringify(result, null, 2);
    if (options.out) await saveFile(options.out, "peers.json", json);
    if (options.out) await saveFile(options.out, "peers.html", renderPeersPage(result));
    return options.format === "json" ? json : renderPeers(result);
  } finally {
    await rm(folder, { recursive: true });
  }
}
