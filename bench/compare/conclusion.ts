import { exitCodes } from "../../lib/errors.ts";
import { type ComparedMetric, type Comparison, rowsThatAre } from "./comparison.ts";
import { canReject, FEWEST_ON_A_SIDE, FEWEST_PAIRS } from "./power.ts";

/** What a comparison comes to. */
export interface Conclusion {
  readonly text: string;
  readonly exitCode: typeof exitCodes.success | typeof exitCodes.runFailed | typeof exitCodes.regressionFound;
}

const nameOf = ({ scenario, head }: ComparedMetric): string => (head === "head" ? scenario : `${scenario} (${head})`);

const bySubject = ({ rows }: Comparison): Map<string, ComparedMetric[]> => Map.groupBy(rows, nameOf);

/** Scenarios with too few measurements for a test, each with how many are needed. */
export function shortagesOf(comparison: Comparison): string[] {
  const { isPaired } = comparison;
  const isShort = ({ samples: { base, head } }: ComparedMetric): boolean =>
    !canReject(base.length, head.length, isPaired && base.length === head.length);
  const needed = isPaired ? `${FEWEST_PAIRS} pairs` : `${FEWEST_ON_A_SIDE} on each side`;
  return [...bySubject(comparison)].flatMap(([name, rows]) => {
    const [first] = rows;
    if (!first || !rows.every(isShort)) return [];
    const { base, head } = first.samples;
    return [`${name}: ${base.length} and ${head.length} results; a test needs at least ${needed}`];
  });
}

/** Processor time does not show a server that waits, so by itself it cannot clear a scenario. */
const isUndecided = ({ unit, verdict }: ComparedMetric): boolean => unit === "us" || verdict === "not enough data";

/** Why the comparison could not have found a regression. */
function gapsOf(comparison: Comparison): string[] {
  const shortages = shortagesOf(comparison);
  const undecided = [...bySubject(comparison)].flatMap(([name, rows]) => {
    const isShort = shortages.some((each) => each.startsWith(`${name}: `));
    return !isShort && rows.every(isUndecided) ? [`${name}: the results scatter too much; measure more or longer`] : [];
  });
  const { leftOut, unmatched } = comparison;
  const lost = leftOut.length > 0 ? unmatched.map((name) => `${name}: left without a counterpart`) : [];
  return [...shortages, ...undecided, ...lost];
}

/** Judges a comparison as a gate: without a regression it passes only if it could have found one. */
export function conclude(comparison: Comparison): Conclusion {
  const slower = Map.groupBy(rowsThatAre(comparison, "slower"), nameOf);
  if (slower.size > 0) {
    const found = [...slower].map(([name, rows]) => `${name}: ${rows.map(({ metric }) => metric).join(", ")}`);
    return { text: `REGRESSION  slower: ${found.join("; ")}`, exitCode: exitCodes.regressionFound };
  }
  const gaps = gapsOf(comparison);
  if (gaps.length > 0) return { text: `INCONCLUSIVE  ${gaps.join("; ")}`, exitCode: exitCodes.runFailed };
  return { text: "NO REGRESSION", exitCode: exitCodes.success };
}
