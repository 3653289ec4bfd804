import type { RunResult } from "../../lib/result/run-result.ts";
import type { Suite } from "../suite/suite.ts";
import type { Compared } from "./comparison.ts";

/** What was compared, as one suite with a variant for the base and each head, for the formats that export measurements. */
export function comparedSuite({ matches }: Compared): Suite | undefined {
  const pairs = matches.flatMap(({ name, matches: own }) => own.map((match) => ({ name, ...match })));
  const first: RunResult | undefined = pairs[0]?.base.measurements[0]?.result;
  if (!first) return undefined;
  const scenarios = [...Map.groupBy(pairs, ({ base }) => base)].map(([base, own]) => {
    const sides = [{ variant: "base", load: base }, ...own.map(({ name, head }) => ({ variant: name, load: head }))];
    return {
      ...{ name: base.name, load: base.load, commands: { server: "unknown", client: "unknown" } },
      measurements: sides.flatMap(({ variant, load }) =>
        load.measurements.map((measurement, i) => ({ ...measurement, variant, round: i + 1 })),
      ),
    };
  });
  const variants = ["base", ...new Set(pairs.map(({ name }) => name))].map((name) => ({
    name,
    commit:
      scenarios.flatMap(({ measurements }) => measurements).find(({ variant }) => variant === name)?.result.tool
        .commit ?? null,
  }));
  return {
    schema: "echobench.suite/1",
    ...{ tool: first.tool, startedAt: first.startedAt, environment: first.environment },
    ...{ placement: "placement unknown", doubts: [], missing: [], timing: first.window, variants, scenarios },
    rounds: Math.max(...scenarios.flatMap(({ measurements }) => measurements.map(({ round }) => round))),
  };
}
