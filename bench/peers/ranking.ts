import { median } from "simple-statistics";
import { type Interval, medianInterval } from "../compare/bootstrap.ts";
import type { PeersResult, Side } from "./result.ts";

/** One quantity of a rival in one scenario. */
export interface RankedValue {
  readonly median: number;
  /** median of the ratios to the baseline in the same round */
  readonly ratio: number;
  /** 95 % interval of that median */
  readonly interval: Interval;
}

/** A rival in one scenario. */
export interface RankedRival {
  readonly name: string;
  readonly messagesPerSecond: RankedValue;
  readonly p99_9Ns: RankedValue;
}

function compareToBaseline(own: readonly number[], baseline: readonly number[]): RankedValue {
  const ratios = own.map((value, i) => value / (baseline[i] ?? Number.NaN));
  return { median: median([...own]), ratio: median(ratios), interval: medianInterval(ratios) };
}

/** The rivals of one scenario, the one with the highest rate first. */
export function rankRivals(result: PeersResult, side: Side, scenario: string): RankedRival[] {
  const baseline = side === "servers" ? result.baseline.server : result.baseline.client;
  const rates = result[side][scenario] ?? {};
  const tails = result.p99_9Ns[side][scenario] ?? {};
  const ranked = Object.keys(rates).map((name) => ({
    name,
    messagesPerSecond: compareToBaseline(rates[name] ?? [], rates[baseline] ?? []),
    p99_9Ns: compareToBaseline(tails[name] ?? [], tails[baseline] ?? []),
  }));
  return ranked.toSorted((a, b) => b.messagesPerSecond.median - a.messagesPerSecond.median);
}
