import { type Aspects, aspectsKey, aspectsOf } from "../../lib/result/comparability.ts";
import type { Measurement } from "./suite.ts";

/** A measurement that was read from a file. */
export interface Sample {
  /** where it was found, for people: a file, or the scenario and round of a suite */
  readonly source: string;
  /** the name that bench gave to its load; undefined for a result of the client */
  readonly scenario: string | undefined;
  readonly load: string;
  readonly measurement: Measurement;
}

/** All samples of one load. */
export interface LoadGroup {
  /** differs from that of every other group */
  readonly name: string;
  /** the load in words */
  readonly load: string;
  /** whether bench named it, so that only a load of the same name is its counterpart */
  readonly isNamed: boolean;
  readonly aspects: Aspects;
  readonly samples: readonly Sample[];
}

/** Loads of one name that differ in what the name does not say are told apart by that. */
function distinguish(groups: readonly LoadGroup[]): LoadGroup[] {
  return groups.map((group) => {
    const twins = groups.filter(({ name }) => name === group.name);
    const names = [...new Set(twins.flatMap(({ aspects }) => [...aspects.keys()]))];
    const valuesOf = (aspect: string) => new Set(twins.map(({ aspects }) => aspects.get(aspect) ?? "none"));
    const own = names
      .filter((aspect) => valuesOf(aspect).size > 1)
      .map((aspect) => `${aspect} ${group.aspects.get(aspect) ?? "none"}`);
    return { ...group, name: [group.name, ...own].join(", ") };
  });
}

/** Sorts samples by all that shapes their load. */
export function groupByLoad(samples: readonly Sample[]): LoadGroup[] {
  const all = samples.map((sample) => ({ sample, aspects: aspectsOf(sample.measurement.result) }));
  const groups = Map.groupBy(all, ({ sample, aspects }) => (sample.scenario ?? "") + aspectsKey(aspects));
  return distinguish(
    [...groups.values()].flatMap((own): LoadGroup[] => {
      const [first] = own;
      if (!first) return [];
      const { scenario, load } = first.sample;
      const about = { name: scenario ?? load, load, isNamed: scenario !== undefined, aspects: first.aspects };
      return [{ ...about, samples: own.map(({ sample }) => sample) }];
    }),
  );
}
