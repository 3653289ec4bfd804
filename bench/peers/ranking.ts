import { median } from "simple-statistics";
import { formatBitRate, formatCount, formatLatency } from "../../lib/text/format-units.ts";
import { type Interval, medianInterval, rangeOf } from "../compare/bootstrap.ts";
import { FEWEST_PAIRS } from "../compare/power.ts";
import {
  baselineOf,
  type ContestKind,
  type OneWayFigures,
  type PeersResult,
  type ScheduleFigures,
  type Side,
} from "./result.ts";

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

/** Those of any contest. */
type Figures = Partial<ScheduleFigures & OneWayFigures>;
type Quantity = keyof Figures;

/** A quantity of a contest. */
interface ContestColumn {
  readonly quantity: Quantity;
  readonly title: string;
  readonly format: (value: number) => string;
  /** whether it is measured, and so compared with the baseline's, or given */
  readonly isCompared: boolean;
}

const rateColumn = (title: string, isCompared: boolean): ContestColumn => ({
  ...{ quantity: "messagesPerSecond", title, format: formatCount, isCompared },
});
const timeColumn = (quantity: Quantity, title: string): ContestColumn => ({
  ...{ quantity, title, format: formatLatency, isCompared: true },
});
const roundTripColumns = [timeColumn("p50Ns", "p50"), timeColumn("p99Ns", "p99"), timeColumn("p99_9Ns", "p99.9")];
const goodputColumn: ContestColumn = {
  ...{ quantity: "bytesPerSecond", title: "goodput", format: formatBitRate, isCompared: true },
};

/** A kind of contest, as a report shows it. */
export interface Contest {
  readonly kind: ContestKind;
  readonly title: string;
  readonly columns: readonly ContestColumn[];
  /** the better a rival, the smaller this is */
  readonly rankBy: (median: (quantity: Quantity) => number) => number;
}

const byP99: Contest["rankBy"] = (medianOf) => medianOf("p99Ns");

/** All contests in the order of a report. */
export const contests: readonly Contest[] = [
  {
    kind: "schedules",
    title: "Schedules",
    columns: [rateColumn("messages/s", false), timeColumn("sendLagP99Ns", "send lag p99"), ...roundTripColumns],
    rankBy: byP99,
  },
  { kind: "pairs", title: "Pairs", columns: [rateColumn("round trips/s", true), ...roundTripColumns], rankBy: byP99 },
  { kind: "oneWay", title: "One way", columns: [goodputColumn], rankBy: (medianOf) => -medianOf("bytesPerSecond") },
];

/** A rival in one scenario of a contest. */
interface RankedContestant {
  readonly name: string;
  readonly cells: ReadonlyArray<{ readonly column: ContestColumn; readonly value: RankedValue }>;
  readonly rank: number;
}

/** The rivals of one scenario of a contest, the best one first. */
export function rankContestants(
  result: PeersResult,
  { kind, columns, rankBy }: Contest,
  scenario: string,
): RankedContestant[] {
  const all: Readonly<Record<string, readonly Figures[]>> = result[kind][scenario] ?? {};
  const baseline = all[baselineOf(result, kind)] ?? [];
  const valuesOf = (rival: readonly Figures[], quantity: Quantity): number[] =>
    rival.map((figures) => figures[quantity] ?? Number.NaN);
  const ranked = Object.entries(all).map(([name, own]) => ({
    name,
    cells: columns.map((column) => ({
      column,
      value: compareToBaseline(valuesOf(own, column.quantity), valuesOf(baseline, column.quantity)),
    })),
    rank: rankBy((quantity) => median(valuesOf(own, quantity))),
  }));
  return ranked.toSorted((a, b) => a.rank - b.rank);
}
