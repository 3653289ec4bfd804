import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { median, quantile } from "simple-statistics";
import { z } from "zod";
import { messages } from "../lib/command.ts";
import { formatCount, formatSize } from "../lib/units.ts";
import { compileCPrograms } from "./c-programs.ts";
import { measure, type Timing } from "./load.ts";
import { type BenchOptions, timingOf } from "./options.ts";
import { choosePlacement } from "./placement.ts";
import { programCommand, runForJson, startServer } from "./processes.ts";
import { describeScenario, type Scenario, selectScenarios } from "./scenarios.ts";
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

/** Measures our server and our client each against a plain C epoll program, side by side in every round. */
export async function runPeers(options: BenchOptions): Promise<string> {
  const timing = timingOf(options);
  const placement = choosePlacement();
  const c = await compileCPrograms();
  const selected = selectScenarios(options.only);
  const rounds = new Map<Scenario, Round[]>(selected.map((scenario) => [scenario, []]));
  const ours = [...programCommand("server"), "--host", "127.0.0.1", "--port", "0", "--quiet"];
  await using cServer = await startServer([...placement.server, c.server, "0"]);
  await using ourServer = await startServer([...placement.server, ...ours]);
  const withC = async (scenario: Scenario, port: number): Promise<number> => {
    const load = [scenario.connections, scenario.messageBytes, scenario.pipeline].map(String);
    const times = [timing.warmupMs, timing.durationMs].map((ms) => String(ms / 1_000));
    const command = [...placement.load, c.client, String(port), ...load, ...times];
    return cClientResult.parse(await runForJson(command)).messagesPerSecond;
  };
  const withOurs = async (scenario: Scenario, times: Timing): Promise<number> =>
    (await measure(placement.load, scenario, times, cServer.port)).throughput.messagesPerSecond;
  for (let round = 1; round <= timing.rounds; round++) {
    for (const scenario of selected) {
      messages.log(`round ${round} of ${timing.rounds}: ${scenario.name}`);
      rounds.get(scenario)?.push({
        c: await withC(scenario, cServer.port),
        server: await withC(scenario, ourServer.port),
        client: await withOurs(scenario, timing),
      });
    }
  }
  const table = Object.fromEntries([...rounds].map(([{ name }, each]) => [name, each]));
  if (options.out) {
    await mkdir(options.out, { recursive: true });
    await Bun.write(join(options.out, "peers.json"), JSON.stringify(table, null, 2));
  }
  if (options.format === "json") return JSON.stringify(table, null, 2);
  const rows = [...rounds].map(([scenario, each]) => row(scenario, each));
  return `${renderTable(header, rows)}\n\nMessages a second, medians of ${timing.rounds} interleaved rounds; the ratio is to C in the same round, with its middle half. ${placement.description}. Our client verifies every byte, C does not.`;
}
