import { median } from "simple-statistics";
import { type Interval, medianInterval, rangeOf } from "../compare/bootstrap.ts";
import { FEWEST_PAIRS } from "../compare/power.ts";
import { baselineOf, type PeersResult, type ScheduleFigures, type Side } from "./result.ts";

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
  const baseline = baselineOf(result, side);
  const rates = result[side][scenario] ?? {};
  const tails = result.p99_9Ns[side][scenario] ?? {};
  const ranked = Object.keys(rates).map((name) => ({
    name,
    messagesPerSecond: compareToBaseline(rates[name] ?? [], rates[baseline] ?? []),
    p99_9Ns: compareToBaseline(tails[name] ?? [], tails[baseline] ?? []),
  }));
  return ranked.toSorted((a, b) => b.messagesPerSecond.median - a.messagesPerSecond.median);
}

/** How well a client kept one schedule. */
export interface RankedPacer {
  readonly name: string;
  readonly messagesPerSecond: number;
  readonly values: Readonly<Record<ScheduleQuantity, RankedValue>>;
}

/** The quantities of a schedule that are compared, in the order of the table. */
export const scheduleColumns = [
  { quantity: "sendLagP99Ns", title: "send lag p99" },
  { quantity: "p50Ns", title: "p50" },
  { quantity: "p99Ns", title: "p99" },
  { quantity: "p99_9Ns", title: "p99.9" },
] as const;

type ScheduleQuantity = (typeof scheduleColumns)[number]["quantity"];

/** The clients of one schedule, the one with the shortest p99 first. */
export function rankPacers(result: PeersResult, scenario: string): RankedPacer[] {
  const all = result.schedules[scenario] ?? {};
  const baseline = all[baselineOf(result, "schedules")] ?? [];
  const compare = (own: readonly ScheduleFigures[], quantity: ScheduleQuantity): RankedValue =>
    compareToBaseline(
      own.map((figures) => figures[quantity]),
      baseline.map((figures) => figures[quantity]),
    );
  const ranked = Object.entries(all).map(([name, own]) => ({
    name,
    messagesPerSecond: median(own.map(({ messagesPerSecond }) => messagesPerSecond)),
    values: {
      sendLagP99Ns: compare(own, "sendLagP99Ns"),
      p50Ns: compare(own, "p50Ns"),
      p99Ns: compare(own, "p99Ns"),
      p99_9Ns: compare(own, "p99_9Ns"),
    },
  }));
  return ranked.toSorted((a, b) => a.values.p99Ns.median - b.values.p99Ns.median);
}
