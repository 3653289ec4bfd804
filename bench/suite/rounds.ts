import type { RunResult } from "../../lib/result/run-result.ts";
import { identityOf, overlap } from "../../lib/result/same-run.ts";
import { formatByteRate, formatCount } from "../../lib/text/format-units.ts";
import type { Sample } from "./sample.ts";

/** Results of the client, by whether they repeat a measurement. */
export interface Rounds {
  /** those that ran alone */
  readonly alone: readonly Sample[];
  /** those that ran beside another one: parts of one load, not repetitions of it */
  readonly beside: readonly Sample[];
  /** each copy of another one, with that one */
  readonly copies: ReadonlyArray<readonly [copy: Sample, original: Sample]>;
}

/** Sorts results that were measured by themselves, from those that are copies or ran beside others. */
export function sortRounds(samples: readonly Sample[]): Rounds {
  const originals = new Map<string, Sample>();
  const copies: Array<readonly [Sample, Sample]> = [];
  for (const sample of samples) {
    const identity = identityOf(sample.measurement.result);
    const original = originals.get(identity);
    if (original) copies.push([sample, original]);
    else originals.set(identity, sample);
  }
  const single = [...originals.values()];
  const isAlone = (sample: Sample): boolean =>
    single.every((other) => other === sample || !overlap(sample.measurement.result, other.measurement.result));
  return { alone: single.filter(isAlone), beside: single.filter((each) => !isAlone(each)), copies };
}

/** Those samples that are no copies of samples on another side: a result is never slower than itself. */
export function withoutShared(other: readonly Sample[], samples: readonly Sample[]): Sample[] {
  const known = new Set(other.map(({ measurement }) => identityOf(measurement.result)));
  return samples.filter(({ measurement }) => !known.has(identityOf(measurement.result)));
}

/** Says of each copy what it is a copy of. */
export const copyTexts = ({ copies }: Rounds): string[] =>
  copies.map(([copy, original]) => `${copy.source}: the same result as ${original.source}, which counts once`);

/** Says which results were measured at the same time, and what they come to together. */
export function besideTexts({ beside }: Rounds): string[] {
  if (beside.length === 0) return [];
  const total = (read: (result: RunResult) => number): number =>
    beside.reduce((sum, { measurement }) => sum + read(measurement.result), 0);
  const messages = total(({ throughput }) => throughput.messagesPerSecond);
  const bytes = total(({ throughput }) => throughput.bytesPerSecond);
  const rate = messages > 0 ? `${formatCount(messages)} messages/s, ` : "";
  const names = beside.map(({ source }) => source).join(", ");
  return [
    `${names} ran at the same time: they share one server or machine, and are no rounds; together ${rate}${formatByteRate(bytes)}`,
  ];
}
