import { metrics, valuesOf } from "./metrics.ts";
import { type Difference, judge, type Verdict } from "./judge.ts";
import { type Measurement, measurementsOf, type Suite } from "../suite/suite.ts";

/** How one metric of one scenario differs. */
export interface ComparedMetric extends Difference {
  readonly scenario: string;
  readonly load: string;
  readonly metric: string;
  readonly better: "higher" | "lower";
  readonly samples: { readonly base: readonly number[]; readonly head: readonly number[] };
  readonly unit: string;
  readonly format: (value: number) => string;
}

/** Two sets of measurements, compared. */
export interface Comparison {
  readonly rows: readonly ComparedMetric[];
  /** whether values were measured next to each other, in pairs */
  readonly isPaired: boolean;
  /** part of the base below which a difference is noise */
  readonly threshold: number;
  /** scenarios that only one side has */
  readonly unmatched: readonly string[];
}

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
    const { better, caution, unit, format } = metric;
    const difference = judge({ ...samples, better, isPaired: isPaired && areBothWhole }, threshold * caution);
    return [
      { scenario: base.name, load: base.load, metric: metric.name, better, samples, unit, format, ...difference },
    ];
  });
}

function compareSides(base: readonly Side[], head: readonly Side[], isPaired: boolean, threshold: number): Comparison {
  const pairs = base.flatMap((each) => {
    const other = head.find(({ name }) => name === each.name);
    return other ? [{ base: each, head: other }] : [];
  });
  const matched = new Set(pairs.map((pair) => pair.base.name));
  return {
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

/** Only rounds that both variants have make a pair. */
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
