import { z } from "zod";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";
import { judge, type Verdict, verdicts } from "./judge.ts";
import { metrics, units, valuesOf } from "./metrics.ts";

const comparedMetric = z.object({
  scenario: z.string(),
  load: z.string().describe("the scenario in words"),
  metric: z.string(),
  better: z.enum(["higher", "lower"]),
  samples: z
    .object({ base: z.array(z.number()), head: z.array(z.number()) })
    .describe("measured values, ordered by round; in pairs where isPaired"),
  unit: z.enum(units),
  baseMedian: z.number(),
  headMedian: z.number(),
  ratio: z.number().describe("head to base; the median of the ratios of pairs where isPaired"),
  interval: z.object({ low: z.number(), high: z.number() }).describe("95 % bootstrap interval of the ratio"),
  p: z.number().describe("two-sided p-value of the rank test"),
  verdict: z.enum(verdicts),
});

/** The result of `bench compare` and the judgement of `bench ab`, `echobench.comparison/1`. */
export const comparisonSchema = z.object({
  schema: z.literal("echobench.comparison/1"),
  rows: z.array(comparedMetric),
  isPaired: z.boolean().describe("whether base and head were measured next to each other, in pairs"),
  threshold: z.number().describe("part of the base below which a difference is noise"),
  unmatched: z.array(z.string()).describe("scenarios that only one side has"),
});

/** How one metric of one scenario differs. */
export type ComparedMetric = z.output<typeof comparedMetric>;

/** How two sets of measurements differ. */
export type Comparison = z.output<typeof comparisonSchema>;

/** The measurements of one scenario. */
interface Side {
  readonly name: string;
  readonly load: string;
  readonly measurements: readonly Measurement[];
}

function compareScenario(base: Side, head: Side, isPaired: boolean, threshold: number): ComparedMetric[] {
  return metrics.flatMap((metric) => {
    const samples = { base: valuesOf(metric, base.measurements), head: valuesOf(metric, head.measurements) };
    if (samples.base.length === 0 || samples.head.length === 0) return [];
    const areBothWhole = samples.base.length === samples.head.length;
    const { better, caution, unit } = metric;
    const difference = judge({ ...samples, better, isPaired: isPaired && areBothWhole }, threshold * caution);
    return [{ scenario: base.name, load: base.load, metric: metric.name, better, samples, unit, ...difference }];
  });
}

function compareSides(base: readonly Side[], head: readonly Side[], isPaired: boolean, threshold: number): Comparison {
  const pairs = base.flatMap((each) => {
    const other = head.find(({ name }) => name === each.name);
    return other ? [{ base: each, head: other }] : [];
  });
  const matched = new Set(pairs.map((pair) => pair.base.name));
  return {
    schema: "echobench.comparison/1",
    rows: pairs.flatMap((pair) => compareScenario(pair.base, pair.head, isPaired, threshold)),
    isPaired,
    threshold,
    unmatched: [...base, ...head].map(({ name }) => name).filter((name) => !matched.has(name)),
  };
}

const sidesOf = ({ scenarios }: Suite, variant?: string): Side[] =>
  scenarios.map((scenario) => ({
    name: scenario.name,
    load: scenario.load,
    measurements: variant === undefined ? scenario.measurements : measurementsOf(scenario, variant),
  }));

/** The two variants of a suite, with only the rounds that both have. */
function pairedSides(suite: Suite): { base: Side[]; head: Side[] } {
  const whole = (variant: string, other: string): Side[] =>
    sidesOf(suite, variant).map((side) => {
      const scenario = suite.scenarios.find(({ name }) => name === side.name);
      const rounds = new Set(scenario ? measurementsOf(scenario, other).map(({ round }) => round) : []);
      return { ...side, measurements: side.measurements.filter(({ round }) => rounds.has(round)) };
    });
  return { base: whole("base", "head"), head: whole("head", "base") };
}

/** Compares two suites that were measured at different times. */
export const compareSuites = (base: Suite, head: Suite, threshold: number): Comparison =>
  compareSides(sidesOf(base), sidesOf(head), false, threshold);

/** Compares the variants `base` and `head` of one suite, round by round. */
export function compareVariants(suite: Suite, threshold: number): Comparison {
  const { base, head } = pairedSides(suite);
  return compareSides(base, head, true, threshold);
}

/** The rows with this verdict. */
export const rowsThatAre = ({ rows }: Comparison, verdict: Verdict): ComparedMetric[] =>
  rows.filter((row) => row.verdict === verdict);
