import { aspectsOf, differencesOf, loadAspects } from "../result/comparability.ts";
import type { RunResult } from "../result/run-result.ts";

/** A result of one shard, and the file that it is from. */
export interface ShardResult {
  readonly source: string;
  readonly result: RunResult;
}

/** A damaged result may claim any number. */
const MOST_SHARDS = 100_000;

/** Results that are no shards of one run. */
export class ForeignPartError extends Error {}

type Shard = NonNullable<RunResult["shard"]>;

/** Rows of a time series can only be added up where they are of the same length. */
const intervalOf = ({ options }: RunResult): unknown => options["interval"] ?? "1s";

const startOf = ({ options }: RunResult): unknown => options["startAt"] ?? "no --start-at";

const buildOf = ({ tool: { version, commit } }: RunResult): string =>
  commit === null ? version : `${version} (${commit})`;

/** How a result differs from another one in what shards of one run have in common. */
function differenceOf(one: RunResult, other: RunResult): string | undefined {
  const values: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ["version", buildOf(one), buildOf(other)],
    ["number of shards", one.shard?.of, other.shard?.of],
    ["seed", one.seed, other.seed],
    ["start", startOf(one), startOf(other)],
    ["interval", intervalOf(one), intervalOf(other)],
  ];
  const found = values.filter(([, first, second]) => first !== second);
  const named = found.map(([name, first, second]) => `${name} (${String(first)}, ${String(second)})`);
  const loads = differencesOf(loadAspects(aspectsOf(one)), loadAspects(aspectsOf(other)));
  const all = [...loads, ...named];
  if (all.length > 0) return all.join(", ");
  return one.shard?.run === other.shard?.run ? undefined : "run";
}

/** Why a result cannot be a part of a merge at all, as it is no shard's; undefined if it can. */
export function whyNoShard({ shard, merged, window }: RunResult): string | undefined {
  if (merged) return "it is a merged result already; merge the results that it was made of";
  if (!shard || shard.index < 1 || shard.index > shard.of || shard.of > MOST_SHARDS)
    return "it is not of a shard, as client --shard makes it";
  return window.openedAt === null ? "it does not say when its window opened" : undefined;
}

/** Checks that results are of different shards of one run. */
export class Belonging {
  #first: ShardResult | undefined;
  readonly #sources = new Map<number, string>();

  /** @throws ForeignPartError when a result does not belong to those that were admitted */
  check({ source, result }: ShardResult, { index }: Shard): void {
    if (!this.#first) return;
    const difference = differenceOf(this.#first.result, result);
    if (difference !== undefined) {
      throw new ForeignPartError(
        `"${this.#first.source}" and "${source}" are not of one run: they differ in ${difference}`,
      );
    }
    const twin = this.#sources.get(index);
    if (twin !== undefined) throw new ForeignPartError(`"${twin}" and "${source}" are both of shard ${index}`);
  }

  /** The result is one of them. */
  admit(part: ShardResult, { index }: Shard): void {
    this.#first ??= part;
    this.#sources.set(index, part.source);
  }
}
