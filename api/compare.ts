import { compareSides, type Comparison } from "../bench/compare/comparison.ts";
import { conclude, withOutcome } from "../bench/compare/conclusion.ts";
import { sideOfResults } from "../bench/compare/result-side.ts";
import { standardThreshold } from "../bench/report/options.ts";
import { withoutShared } from "../bench/suite/rounds.ts";
import { samplesOfResults } from "../bench/suite/suite-input.ts";
import { UsageError } from "../lib/errors.ts";
import { describeFault } from "../lib/result/result-fault.ts";
import { type RunResult, runResultSchema } from "../lib/result/run-result.ts";

/** How results are compared. */
export interface CompareOptions {
  /** part of the base below which a difference is noise; 0.05 unless given */
  readonly threshold?: number;
  /** names of aspects in which the loads may differ, such as `engine` */
  readonly across?: readonly string[];
}

/** @throws UsageError when one is no result */
function checked(name: string, results: readonly RunResult[]): RunResult[] {
  return results.map((result, i) => {
    const { data, error } = runResultSchema.safeParse(result);
    if (error) throw new UsageError(`${name}[${i}]: expected a result: ${describeFault(error, result)}`);
    return data;
  });
}

/**
 * Compares results that `runLoad` gave, as `echobench bench compare --fail-on-regression` does: loads that differ are rows of
 * their own, and `outcome` has the verdict. Four results on each side are the least that can show a regression.
 * @throws UsageError when a side is empty, or the sides share results
 */
export function compare(
  base: readonly RunResult[],
  head: readonly RunResult[],
  { threshold = standardThreshold, across = [] }: CompareOptions = {},
): Comparison {
  const [before, after] = [
    samplesOfResults("base", checked("base", base)),
    samplesOfResults("head", checked("head", head)),
  ];
  if (before.length === 0 || after.length === 0) throw new UsageError("compare: expected results on both sides");
  if (withoutShared(before, after).length < after.length)
    throw new UsageError("compare: a result is on both sides, and is never slower than itself");
  const baseSide = sideOfResults({ path: "base", samples: before, problems: [] }, "base");
  const headSide = sideOfResults({ path: "head", samples: after, problems: [] }, "head");
  const { comparison } = compareSides(baseSide, [headSide], { threshold, across: new Set(across) });
  return withOutcome(comparison, conclude(comparison));
}
