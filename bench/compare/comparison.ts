import { z } from "zod";
import { unsoundness } from "../../lib/result/comparability.ts";
import type { Sample } from "../suite/sample.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";
import { judge, type Verdict, verdicts } from "./judge.ts";
import { type Load, type Match, matchLoads, sortByLoad } from "./loads.ts";
import { type Metric, metrics, units, valuesOf } from "./metrics.ts";

const outcomeSchema = z.object({
  kind: z.enum(["interrupted", "regression", "incomplete", "inconclusive", "no regression"]),
  regressions: z.array(z.string()).describe("`scenario: metric` of what is slower, in both runs where there are two"),
  verdict: z.string().describe("in words, beginning in capitals"),
  reasons: z.array(z.string()).describe("what it follows from, and what may have gone unseen"),
});

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
  missing: z.array(z.string()).default([]).describe("planned measurements that were not made, each with the reason"),
  doubts: z.array(z.string()).default([]).describe("machine warnings: reasons to doubt the figures"),
  outcome: outcomeSchema.optional().describe("the final verdict of bench ab, or of a gate"),
});

/** What a comparison comes to in the end. */
export type Outcome = z.output<typeof outcomeSchema>;

/** How one metric of one scenario differs. */
export type ComparedMetric = z.output<typeof comparedMetric>;

/** How two sets of measurements differ. */
export type Comparison = z.output<typeof comparisonSchema>;

/** The values of a metric, from those rounds for which both sides have one. */
function pairsOf({ read }: Metric, base: readonly Measurement[], head: readonly Measurement[]): Values {
  const heads = new Map(head.map((measurement) => [measurement.round, read(measurement)]));
  const pairs = base.flatMap((measurement) => {
    const [one, other] = [read(measurement), heads.get(measurement.round)];
    return one === undefined || other === undefined ? [] : [[one, other] as const];
  });
  return { base: pairs.map(([one]) => one), head: pairs.map(([, other]) => other) };
}

type Values = ComparedMetric["samples"];

/** What is compared of one load, and what of it cannot be compared. */
interface ComparedLoad {
  readonly rows: readonly ComparedMetric[];
  readonly missing: readonly string[];
}

function compareLoads({ base, head }: Match, headName: string, isPaired: boolean, threshold: number): ComparedLoad {
  const missing: string[] = [];
  const rows = metrics.flatMap((metric): ComparedMetric[] => {
    const all = { base: valuesOf(metric, base.measurements), head: valuesOf(metric, head.measurements) };
    const samples = isPaired ? pairsOf(metric, base.measurements, head.measurements) : all;
    const about = { scenario: base.name, head: headName, load: base.load, metric: metric.name };
    if (samples.base.length === 0 || samples.head.length === 0) {
      const areBothThere = base.measurements.length > 0 && head.measurements.length > 0;
      const isLost = metric.isDecisive && areBothThere && all.base.length + all.head.length > 0;
      if (isLost) missing.push(`${base.name}, ${metric.name}: not measured of both base and ${headName}`);
      return [];
    }
    const { better, caution, unit } = metric;
    return [{ ...about, better, samples, unit, ...judge({ ...samples, better, isPaired }, threshold * caution) }];
  });
  return { rows, missing };
}

/** A set of measurements. */
export interface Side {
  /** the name of its variant */
  readonly name: string;
  /** where it was read from */
  readonly path: string;
  readonly samples: readonly Sample[];
  /** what of it is not compared, each with the reason */
  readonly leftOut?: readonly string[];
  /** what was planned and not measured, each with the reason */
  readonly missing?: readonly string[];
  /** machine warnings */
  readonly doubts?: readonly string[];
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
  const compared = others.flatMap(({ name, matching }) =>
    matching.matches.map((match) => compareLoads(match, name, false, threshold)),
  );
  const of = <K extends "leftOut" | "missing" | "doubts">(key: K): string[] =>
    [base, ...heads].flatMap((side) => side[key] ?? []);
  const unmatched = others.flatMap(({ matching }) => matching.unmatched.map(({ name }) => name));
  const comparison: Comparison = {
    schema: "echobench.comparison/1",
    ...{ rows: compared.flatMap(({ rows }) => rows), isPaired: false, threshold, unmatched: [...new Set(unmatched)] },
    leftOut: [...of("leftOut"), ...sorted.leftOut, ...others.flatMap(({ head }) => head.leftOut)],
    missing: [...of("missing"), ...compared.flatMap(({ missing }) => missing)],
    doubts: of("doubts"),
    notes: others.flatMap(({ matching }) => matching.notes),
  };
  return { comparison, matches: others.map(({ name, matching }) => ({ name, matches: matching.matches })) };
}

/** A comparison, and the loads that it is about, for each head. */
export interface Compared {
  readonly comparison: Comparison;
  readonly matches: ReadonlyArray<{ readonly name: string; readonly matches: readonly Match[] }>;
}

/** Compares the variants `base` and `head` of one suite, over the rounds for which both have a sound measurement. */
export function compareVariants(suite: Suite, threshold: number): Comparison {
  const leftOut: string[] = [];
  const compared = suite.scenarios.map((scenario) => {
    const sound = (variant: string): Measurement[] =>
      measurementsOf(scenario, variant).filter(({ round, result }) => {
        const reason = unsoundness(result);
        if (reason) leftOut.push(`${scenario.name} (${variant}), round ${round}: ${reason}`);
        return !reason;
      });
    const loadOf = (measurements: readonly Measurement[]): Load => ({
      ...{ name: scenario.name, load: scenario.load, isNamed: true, aspects: new Map(), measurements },
    });
    return compareLoads({ base: loadOf(sound("base")), head: loadOf(sound("head")) }, "head", true, threshold);
  });
  return {
    schema: "echobench.comparison/1",
    ...{ rows: compared.flatMap(({ rows }) => rows), isPaired: true, threshold, unmatched: [], leftOut, notes: [] },
    ...{ missing: [...suite.missing, ...compared.flatMap(({ missing }) => missing)], doubts: suite.doubts },
  };
}

/** The rows with this verdict. */
export const rowsThatAre = ({ rows }: Comparison, verdict: Verdict): ComparedMetric[] =>
  rows.filter((row) => row.verdict === verdict);
