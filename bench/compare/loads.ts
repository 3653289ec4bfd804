import { type Aspects, aspectsKey, differencesOf, unsoundness } from "../../lib/result/comparability.ts";
import { groupByLoad, type Sample } from "../suite/sample.ts";
import type { Measurement } from "../suite/suite.ts";

/** All sound measurements of one load. */
export interface Load {
  readonly name: string;
  /** the load in words */
  readonly load: string;
  /** whether bench named it, so that only a load of the same name is its counterpart */
  readonly isNamed: boolean;
  readonly aspects: Aspects;
  readonly measurements: readonly Measurement[];
}

/** The loads of one side, and what was left out, each with the reason. */
export interface Sorted {
  readonly loads: readonly Load[];
  readonly leftOut: readonly string[];
}

/** Sorts measurements by their load. Those that failed or were not verified are left out. */
export function sortByLoad(samples: readonly Sample[]): Sorted {
  const judged = samples.map((sample) => ({ sample, reason: unsoundness(sample.measurement.result) }));
  const leftOut = judged.flatMap(({ sample, reason }) => (reason ? [`${sample.source}: ${reason}`] : []));
  const sound = judged.flatMap(({ sample, reason }) => (reason ? [] : [sample]));
  const loads = groupByLoad(sound).map(({ samples: own, ...group }) => ({
    ...group,
    measurements: own.map(({ measurement }) => measurement),
  }));
  return { loads, leftOut };
}

/** Two loads that are compared. */
export interface Match {
  readonly base: Load;
  readonly head: Load;
}

/** What can be compared, and what cannot. */
export interface Matching {
  readonly matches: readonly Match[];
  readonly unmatched: readonly Load[];
  /** why loads have no counterpart, or several; and in what those differ that are compared on purpose */
  readonly notes: readonly string[];
}

const haveSameName = (one: Load, other: Load): boolean => !one.isNamed || !other.isNamed || one.name === other.name;

/** The load of the other side that differs least, if one differs in so few aspects that saying which helps. */
function nearest(load: Load, others: readonly Load[]): Load | undefined {
  const named = others.filter((other) => haveSameName(load, other));
  const distance = (other: Load): number => differencesOf(load.aspects, other.aspects).length;
  return named.toSorted((one, other) => distance(one) - distance(other))[0];
}

/** The loads of one side, with the path that they came from. */
export interface LoadsOf {
  readonly path: string;
  readonly loads: readonly Load[];
}

/** Finds the counterpart of each load. @param across names of aspects in which counterparts may differ */
export function matchLoads(
  { path: basePath, loads: base }: LoadsOf,
  { path: headPath, loads: head }: LoadsOf,
  across: ReadonlySet<string>,
): Matching {
  const keyOf = ({ aspects }: Load): string => aspectsKey(aspects, across);
  const counterparts = (load: Load, others: readonly Load[]): Load[] =>
    others.filter((other) => haveSameName(load, other) && keyOf(load) === keyOf(other));
  const notes: string[] = [];
  const matches = base.flatMap((load): Match[] => {
    const found = counterparts(load, head);
    const [other] = found;
    const rivals = other ? counterparts(other, base) : [];
    if (found.length > 1 || rivals.length > 1) {
      notes.push(
        `${load.name}: expected one load on each side, found ${rivals.length} in ${basePath} and ${found.length} in ${headPath}`,
      );
      return [];
    }
    if (!other) return [];
    const differences = differencesOf(load.aspects, other.aspects);
    if (differences.length > 0)
      notes.push(`${load.name}: ${basePath} and ${headPath} differ in ${differences.join(", ")}`);
    return [{ base: load, head: other }];
  });
  const isMatched = (load: Load): boolean => matches.some((match) => match.base === load || match.head === load);
  const lone = (loads: readonly Load[]): Load[] => loads.filter((load) => !isMatched(load));
  for (const load of lone(base)) {
    const other = nearest(load, lone(head));
    if (!other) continue;
    const differences = differencesOf(load.aspects, other.aspects);
    if (differences.length === 0) continue;
    const [one, counterpart] = [`${load.name} of ${basePath}`, `${other.name} of ${headPath}`];
    notes.push(`not compared, as ${one} and ${counterpart} differ in ${differences.join(", ")}`);
  }
  return { matches, unmatched: [...lone(base), ...lone(head)], notes };
}
