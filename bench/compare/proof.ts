import { renderTable } from "../../lib/text/text-table.ts";
import { formatPercent } from "../../lib/text/format-units.ts";
import type { Outcome } from "./comparison.ts";

/** Both directions: a build is compared with itself, and with a slower server. */
export const proofKinds = ["same", "slowed"] as const;

/** One comparison. */
export interface ProofRun {
  readonly engine: string;
  readonly kind: (typeof proofKinds)[number];
  readonly outcome: Outcome["kind"];
}

const expected = { same: "no regression", slowed: "regression" } as const;

/**
 * Whether every comparison found what it had to find; there has to be one of each kind on each engine.
 * @param isStopped whether comparisons are missing because the user stopped it
 */
export function judgeProof(
  runs: readonly ProofRun[],
  engines: readonly string[],
  slowdown: number,
  isStopped: boolean,
): { readonly isProven: boolean; readonly text: string } {
  const groups = engines.flatMap((engine) =>
    proofKinds.map((kind) => {
      const own = runs.filter((run) => run.engine === engine && run.kind === kind);
      const count = (outcome: Outcome["kind"]): number => own.filter((run) => run.outcome === outcome).length;
      return { engine, kind, all: own.length, right: count(expected[kind]), count };
    }),
  );
  const rows = groups.map(({ engine, kind, all, count }) => {
    const [found, nothing] = [count("regression"), count("no regression")];
    const head = kind === "same" ? "itself" : `slowed by ${formatPercent(slowdown)}`;
    return [`${engine}, against ${head}`, ...[all, found, nothing, all - found - nothing].map(String)];
  });
  const isProven = !isStopped && groups.length > 0 && groups.every(({ all, right }) => all > 0 && right === all);
  const verdict = isStopped
    ? "INTERRUPTED  nothing is proven"
    : isProven
      ? "PROVEN  every slow-down was found, and nothing else"
      : "NOT PROVEN  bench ab cannot be trusted here with these options";
  if (runs.length === 0) return { isProven: false, text: `${verdict}\n` };
  const titles = ["", "runs", "regression", "no regression", "could not tell"];
  return { isProven, text: `${renderTable(titles, rows)}\n\n${verdict}\n` };
}
