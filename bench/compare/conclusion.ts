import { exitCodes } from "../../lib/errors.ts";
import { type ComparedMetric, type Comparison, rowsThatAre } from "./comparison.ts";
import { FEWEST } from "./judge.ts";

/** What a comparison comes to. */
export interface Conclusion {
  readonly text: string;
  readonly exitCode: typeof exitCodes.success | typeof exitCodes.runFailed | typeof exitCodes.regressionFound;
}

const nameOf = ({ scenario, head }: ComparedMetric): string => (head === "head" ? scenario : `${scenario} (${head})`);

const bySubject = ({ rows }: Comparison): Map<string, ComparedMetric[]> => Map.groupBy(rows, nameOf);

/** Scenarios with too few measurements for a test, each with how many are needed. */
export function shortagesOf(comparison: Comparison): string[] {
  return [...bySubject(comparison)].flatMap(([name, rows]) => {
    const [first] = rows;
    if (!first || !rows.every(({ samples: { base, head } }) => Math.min(base.length, head.length) < FEWEST)) return [];
    const { base, head } = first.samples;
    return [`${name}: ${base.length} and ${head.length} results; a test needs at least ${FEWEST} on each side`];
  });
}

/** Why the comparison could not have found a regression. */
function gapsOf(comparison: Comparison): string[] {
  const shortages = shortagesOf(comparison);
  const undecided = [...bySubject(comparison)].flatMap(([name, rows]) => {
    const isShort = shortages.some((each) => each.startsWith(`${name}: `));
    return !isShort && rows.every(({ verdict }) => verdict === "not enough data")
      ? [`${name}: the results scatter too much; measure more or longer`]
      : [];
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
