import { median } from "simple-statistics";
import { type Interval, medianInterval, rangeOf } from "../compare/bootstrap.ts";
import { FEWEST_PAIRS } from "../compare/power.ts";
import type { PeersResult, Side } from "./result.ts";

/** One quantity of a rival in one scenario. */
export interface RankedValue {
  readonly median: number;
  /** median of the ratios to the baseline in the same round */
  readonly ratio: number;
  /** of that median, as `spreadOf` says; undefined for one round, which shows no spread */
  readonly interval: Interval | undefined;
}

/** A rival in one scenario. */
export interface RankedRival {
  readonly name: string;
  readonly messagesPerSecond: RankedValue;
  readonly p99_9Ns: RankedValue;
}

/** What the interval of so many rounds is: no interval of fewer than six values covers their median with 95 %. */
export function spreadOf(rounds: number): "none" | "range" | "95 % interval" {
  if (rounds < 2) return "none";
  return rounds < FEWEST_PAIRS ? "range" : "95 % interval";
}

function intervalOf(ratios: readonly number[]): Interval | undefined {
  const spread = spreadOf(ratios.length);
  if (spread === "none") return undefined;
  return spread === "range" ? rangeOf(ratios) : medianInterval(ratios);
}

function compareToBaseline(own: readonly number[], baseline: readonly number[]): RankedValue {
  const ratios = own.map((value, i) => value / (baseline[i] ?? Number.NaN));
  return { median: median([...own]), ratio: median(ratios), interval: intervalOf(ratios) };
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
