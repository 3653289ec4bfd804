import { formatPercent, plural } from "../../lib/text/format-units.ts";
import type { ComparedMetric, Comparison } from "./comparison.ts";
import { decisiveMetrics } from "./metrics.ts";
import { canReject, FEWEST_ON_A_SIDE, FEWEST_PAIRS } from "./power.ts";

/*
 * What a comparison could have seen. A load is cleared only when each of its decisive metrics, its rate and p50, could
 * have been found slower: p99 has a threshold three times as wide, and processor time does not show a server that waits.
 */

/** The load of a row, with its head where that is not simply `head`. */
export const subjectOf = ({ scenario, head }: Pick<ComparedMetric, "scenario" | "head">): string =>
  head === "head" ? scenario : `${scenario} (${head})`;

/** `scenario: metric`. */
export const nameOf = (row: ComparedMetric): string => `${subjectOf(row)}: ${row.metric}`;

/** The largest slow-down that the interval of a metric does not exclude, as a part of the base. */
export function possibleSlowDown({ better, interval: { low, high } }: ComparedMetric): number {
  return Math.max(0, better === "lower" ? high - 1 : 1 / low - 1);
}

const slowDownText = (row: ComparedMetric): string => {
  const part = possibleSlowDown(row);
  return Number.isFinite(part) ? `up to ${formatPercent(part, part < 1 ? 2 : 3)} slower` : "any number of times slower";
};

const isUndecided = ({ verdict }: ComparedMetric): boolean => verdict === "not enough data";

const isShort = ({ samples: { base, head } }: ComparedMetric, isPaired: boolean): boolean =>
  !canReject(base.length, head.length, isPaired);

/** Whether a metric may be slower by the threshold or more, and nobody could tell. */
const isBlind = (row: ComparedMetric, { isPaired, threshold }: Comparison): boolean =>
  isUndecided(row) && (isShort(row, isPaired) || possibleSlowDown(row) >= threshold);

const isDecisive = ({ metric }: ComparedMetric): boolean => decisiveMetrics.has(metric);

/** How many measurements of a load there are, and how many a test needs. */
function shortageOf({ samples: { base, head } }: ComparedMetric, isPaired: boolean): string {
  if (isPaired) return `${plural(Math.min(base.length, head.length), "pair")} measured, a test needs ${FEWEST_PAIRS}`;
  return `${base.length} and ${head.length} results; a test needs at least ${FEWEST_ON_A_SIDE} on each side`;
}

const bySubject = ({ rows }: Comparison): Map<string, ComparedMetric[]> => Map.groupBy(rows, subjectOf);

/** Loads with too few measurements for a test, each with how many are needed. */
export function shortagesOf(comparison: Comparison): string[] {
  const { isPaired } = comparison;
  return [...bySubject(comparison)].flatMap(([subject, rows]) => {
    const [first] = rows;
    return first && rows.every((row) => isShort(row, isPaired)) ? [`${subject}: ${shortageOf(first, isPaired)}`] : [];
  });
}

function gapOf(rows: readonly ComparedMetric[], comparison: Comparison): string | undefined {
  const { isPaired } = comparison;
  const decisive = rows.filter(isDecisive);
  if (decisive.length === 0) return "neither rate nor latency was measured of both";
  const short = decisive.find((row) => isShort(row, isPaired));
  if (short) return shortageOf(short, isPaired);
  const blind = decisive.filter((row) => isBlind(row, comparison));
  if (blind.length === 0) return undefined;
  const texts = blind.map((row) => `${slowDownText(row)} (${row.metric})`);
  const advice = isPaired ? "give it more --rounds or a higher --threshold" : "measure more or longer";
  return `it varies so much that it may be ${texts.join(", ")}; ${advice}`;
}

/** Why a slow-down could not have been found, for each load where that is so. @param loads those without a row, too */
export function gapsOf(comparison: Comparison, loads: readonly string[] = []): string[] {
  const rows = bySubject(comparison);
  const unmeasured = loads.filter((load) => !rows.has(load));
  return [
    ...unmeasured.map((load) => `${load}: no round was measured of both`),
    ...[...rows].flatMap(([subject, own]) => {
      const gap = gapOf(own, comparison);
      return gap ? [`${subject}: ${gap}`] : [];
    }),
  ];
}

/** Metrics that could not be judged in loads that could, each with the slow-down that may have gone unseen. */
export const blindSpotsOf = ({ rows }: Comparison): string[] =>
  rows.filter(isUndecided).map((row) => `${nameOf(row)} may be ${slowDownText(row)}`);

/** Whether a row of a second run tells nothing of what looked slower in the first. */
export const isUnsettled = (row: ComparedMetric | undefined): boolean => row === undefined || isUndecided(row);
