import { z } from "zod";
import { unsoundness } from "../../lib/result/comparability.ts";
import type { Sample } from "../suite/suite-input.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";
import { judge, type Verdict, verdicts } from "./judge.ts";
import { type Load, type Match, matchLoads, sortByLoad } from "./loads.ts";
import { metrics, units, valuesOf } from "./metrics.ts";

const comparedMetric = z.object({
  scenario: z.string(),
  head: z.string().default("head").describe("the result that is compared with the base"),
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
  leftOut: z
    .array(z.string())
    .default([])
    .describe("measurements that failed or were not verified, each with the reason"),
  notes: z.array(z.string()).default([]).describe("in what loads differ, or why they were not compared"),
});

/** How one metric of one scenario differs. */
export type ComparedMetric = z.output<typeof comparedMetric>;

/** How two sets of measurements differ. */
export type Comparison = z.output<typeof comparisonSchema>;

function compareLoads({ base, head }: Match, headName: string, isPaired: boolean, threshold: number): ComparedMetric[] {
  return metrics.flatMap((metric) => {
    const samples = { base: valuesOf(metric, base.measurements), head: valuesOf(metric, head.measurements) };
    if (samples.base.length === 0 || samples.head.length === 0) return [];
    const areBothWhole = samples.base.length === samples.head.length;
    const { better, caution, unit } = metric;
    const difference = judge({ ...samples, better, isPaired: isPaired && areBothWhole }, threshold * caution);
    const about = { scenario: base.name, head: headName, load: base.load, metric: metric.name };
    return [{ ...about, better, samples, unit, ...difference }];
  });
}

/** A set of measurements. */
export interface Side {
  /** the name of its variant */
  readonly name: string;
  /** where it was read from */
  readonly path: string;
  readonly samples: readonly Sample[];
}

/** How sides are compared. */
export interface Method {
  /** part of the base below which a difference is noise */
  readonly threshold: number;
  /** names of aspects in which what is compared may differ */
  readonly across?: ReadonlySet<string>;
}

/** Compares each head with the base. All were measured at different times. */
export function compareSides(base: Side, heads: readonly Side[], { threshold, across = new Set() }: Method): Compared {
  const sorted = sortByLoad(base.samples);
  const others = heads.map(({ name, path, samples }) => {
    const head = sortByLoad(samples);
    const matching = matchLoads({ path: base.path, loads: sorted.loads }, { path, loads: head.loads }, across);
    return { name, head, matching };
  });
  const rows = others.flatMap(({ name, matching }) =>
    matching.matches.flatMap((match) => compareLoads(match, name, false, threshold)),
  );
  const unmatched = others.flatMap(({ matching }) => matching.unmatched.map(({ name }) => name));
  const comparison: Comparison = {
    schema: "echobench.comparison/1",
    ...{ rows, isPaired: false, threshold, unmatched: [...new Set(unmatched)] },
    leftOut: [...sorted.leftOut, ...others.flatMap(({ head }) => head.leftOut)],
    notes: others.flatMap(({ matching }) => matching.notes),
  };
  return { comparison, matches: others.map(({ name, matching }) => ({ name, matches: matching.matches })) };
}

/** A comparison, and the loads that it is about, for each head. */
export interface Compared {
  readonly comparison: Comparison;
  readonly matches: ReadonlyArray<{ readonly name: string; readonly matches: readonly Match[] }>;
}

/** The measurements of those rounds for which the other side has one too. */
const inRoundsOf = (own: readonly Measurement[], other: readonly Measurement[]): Measurement[] =>
  own.filter(({ round }) => other.some((each) => each.round === round));

/** Compares the variants `base` and `head` of one suite, over the rounds for which both have a sound measurement. */
export function compareVariants(suite: Suite, threshold: number): Comparison {
  const leftOut: string[] = [];
  const rows = suite.scenarios.flatMap((scenario) => {
    const sound = (variant: string): Measurement[] =>
      measurementsOf(scenario, variant).filter(({ round, result }) => {
        const reason = unsoundness(result);
        if (reason) leftOut.push(`${scenario.name} (${variant}), round ${round}: ${reason}`);
        return !reason;
      });
    const [base, head] = [sound("base"), sound("head")];
    const loadOf = (measurements: readonly Measurement[]): Load => ({
      ...{ name: scenario.name, load: scenario.load, isNamed: true, aspects: new Map(), measurements },
    });
    const match = { base: loadOf(inRoundsOf(base, head)), head: loadOf(inRoundsOf(head, base)) };
    return compareLoads(match, "head", true, threshold);
  });
  return { schema: "echobench.comparison/1", rows, isPaired: true, threshold, unmatched: [], leftOut, notes: [] };
}

/** The rows with this verdict. */
export const rowsThatAre = ({ rows }: Comparison, verdict: Verdict): ComparedMetric[] =>
  rows.filter((row) => row.verdict === verdict);
