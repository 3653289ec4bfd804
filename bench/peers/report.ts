import { median, quantile } from "simple-statistics";
import type { RunResult } from "../../lib/result/run-result.ts";
import { formatCount } from "../../lib/units.ts";
import { describeScenario, peerScenarios } from "../driver/scenarios.ts";
import { renderTable } from "../../lib/text-table.ts";

/** Messages a second by scenario and contestant, round by round. */
export type Rates = Record<string, Record<string, number[]>>;

/** What a contest found. */
export interface PeersResult {
  readonly rounds: number;
  readonly placement: string;
  /** the client that loaded the servers */
  readonly load: string;
  readonly servers: Rates;
  readonly clients: Rates;
  /** by scenario and server: one run of the verifying client */
  readonly latency: Record<string, Record<string, RunResult>>;
  /** contestants that are not ranked, with the reason */
  readonly failed: Readonly<Record<string, string>>;
  readonly notInstalled: readonly string[];
}

/** A scenario in words. */
export const loadText = (name: string): string => {
  const scenario = peerScenarios.find((each) => each.name === name);
  return scenario ? describeScenario(scenario) : name;
};

/** The middle and the middle half of a contestant's ratios to the first one in the same round. */
function ratioText(rates: readonly number[], yardstick: readonly number[]): string {
  const ratios = rates.map((rate, i) => rate / (yardstick[i] ?? Number.NaN));
  const [low, middle, high] = [quantile(ratios, 0.25), median(ratios), quantile(ratios, 0.75)];
  return `${middle.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function ranking(title: string, rates: Rates): string[] {
  return Object.entries(rates).flatMap(([scenario, byName]) => {
    const [first] = Object.values(byName);
    const rows = Object.entries(byName)
      .toSorted(([, a], [, b]) => median(b) - median(a))
      .map(([name, own]) => [name, formatCount(median(own)), ratioText(own, first ?? own)]);
    const yardstick = Object.keys(byName)[0] ?? "";
    return [`${title}, ${loadText(scenario)}`, renderTable(["", "messages/s", `to ${yardstick}`], rows), ""];
  });
}

/** The contest for people, the fastest first. */
export function renderPeers({ rounds, placement, load, servers, clients, failed, notInstalled }: PeersResult): string {
  const excluded = Object.entries(failed).map(([name, reason]) => `Failed, not ranked: ${name}: ${reason}`);
  return [
    ...ranking("Servers", servers),
    ...ranking("Clients", clients),
    `Medians of ${rounds} interleaved rounds; ${placement}. Ratios are within a round, with their middle half.`,
    `The servers' load is ${load}. Each server had every byte verified before.`,
    ...excluded,
    ...(notInstalled.length > 0 ? [`Not installed: ${notInstalled.join(", ")}`] : []),
  ].join("\n");
}
