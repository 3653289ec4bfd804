import { median, quantile } from "simple-statistics";
import { z } from "zod";
import { messages } from "../lib/command.ts";
import { formatCount, formatSize } from "../lib/units.ts";
import { compileCPrograms } from "./c-programs.ts";
import { measure, type Timing } from "./load.ts";
import { type PeersOptions, roundsOf, timingOf } from "./options.ts";
import { choosePlacement } from "./placement.ts";
import { programCommand, quietServer, runForJson, startServer } from "./processes.ts";
import { describeScenario, plainScenarios, type Scenario, selectScenarios } from "./scenarios.ts";
import { saveResult } from "./save-result.ts";
import { renderTable } from "./table.ts";

const cClientResult = z.object({ messagesPerSecond: z.number() });

/** Messages a second of one round, of each contestant. */
interface Round {
  /** C server, C client */
  readonly c: number;
  /** echobench's server, C client */
  readonly server: number;
  /** C server, echobench's verifying client */
  readonly client: number;
}

/** The middle and the middle half of one contestant's ratios to C in the same round. */
function ratioText(rounds: readonly Round[], contestant: "server" | "client"): string {
  const ratios = rounds.map((round) => round[contestant] / round.c);
  const [low, middle, high] = [quantile(ratios, 0.25), median(ratios), quantile(ratios, 0.75)];
  return `${middle.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function row(scenario: Scenario, rounds: readonly Round[]): string[] {
  const rate = (contestant: keyof Round): string => formatCount(median(rounds.map((round) => round[contestant])));
  return [
    describeScenario(scenario, formatSize),
    rate("c"),
    rate("server"),
    ratioText(rounds, "server"),
    rate("client"),
    ratioText(rounds, "client"),
  ];
}

const header = ["load", "C to C", "our server", "ratio", "our client", "ratio"];

/** The programs of one comparison, in their places. */
interface Contest {
  readonly timing: Timing;
  /** command prefix of a load generator */
  readonly load: readonly string[];
  readonly cClient: string;
  readonly cPort: number;
  readonly ourPort: number;
}

async function loadWithC({ timing, load, cClient }: Contest, scenario: Scenario, port: number): Promise<number> {
  const amounts = [scenario.connections, scenario.messageBytes, scenario.pipeline];
  const seconds = [timing.warmupMs, timing.durationMs].map((ms) => ms / 1_000);
  const command = [...load, cClient, ...[port, ...amounts, ...seconds].map(String)];
  return cClientResult.parse(await runForJson(command)).messagesPerSecond;
}

async function measureRound(contest: Contest, scenario: Scenario): Promise<Round> {
  const c = await loadWithC(contest, scenario, contest.cPort);
  const server = await loadWithC(contest, scenario, contest.ourPort);
  const site = { prefix: contest.load, port: contest.cPort };
  const { throughput } = await measure(scenario, contest.timing, site);
  return { c, server, client: throughput.messagesPerSecond };
}

/** Measures our server and our client each against a plain C epoll program, side by side in every round. */
export async function runPeers(options: PeersOptions): Promise<string> {
  const timing = timingOf(options);
  const roundCount = roundsOf(options);
  const placement = choosePlacement();
  await using c = await compileCPrograms();
  const rounds = new Map<Scenario, Round[]>(
    selectScenarios(options.only, plainScenarios).map((scenario) => [scenario, []]),
  );
  const ours = [...programCommand("server"), ...quietServer];
  await using cServer = await startServer([...placement.server, c.server, "0"]);
  await using ourServer = await startServer([...placement.server, ...ours]);
  const ports = { cPort: cServer.port, ourPort: ourServer.port };
  const contest: Contest = { timing, load: placement.load, cClient: c.client, ...ports };
  for (let round = 1; round <= roundCount; round++) {
    for (const [scenario, measured] of rounds) {
      messages.log(`round ${round} of ${roundCount}: ${scenario.name}`);
      measured.push(await measureRound(contest, scenario));
    }
  }
  const json = JSON.stringify(Object.fromEntries([...rounds].map(([{ name }, each]) => [name, each])), null, 2);
  if (options.out) await saveResult(options.out, "peers.json", json);
  if (options.format === "json") return json;
  const rows = [...rounds].map(([scenario, each]) => row(scenario, each));
  const legend = [
    `Messages a second, medians of ${roundCount} interleaved rounds; ${placement.description}.`,
    "The ratio is to C in the same round, with its middle half. Our client verifies every byte, C does not.",
  ];
  return [renderTable(header, rows), "", ...legend].join("\n");
}
