import { messageOf } from "../../lib/errors.ts";
import { ShardMerge } from "../../lib/merge/shard-merge.ts";
import { encodeResult } from "../../lib/result/decoded-result.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { withVerdict } from "../../lib/result/verdict.ts";

/** A result of the client, and where it was found. */
export interface FoundResult {
  readonly source: string;
  readonly result: RunResult;
}

/** Results that are measurements, and what is wrong with others. */
export interface JoinedResults {
  readonly results: readonly FoundResult[];
  readonly problems: readonly string[];
}

/** Windows that open further apart are said to; the standard of `client merge`. */
const SKEW_MS = 50;

function mergeRun(shards: readonly FoundResult[]): FoundResult {
  const merge = new ShardMerge();
  for (const { source, result } of shards) merge.add({ source, result: withVerdict(result) });
  const merged = encodeResult(merge.finish({ allowedMissing: 0, skewMs: SKEW_MS, thresholds: [] }));
  const sources = shards.map(({ source }) => source);
  return {
    source: sources.length > 1 ? `${sources[0]} and ${sources.length - 1} more` : `${sources[0]}`,
    result: merged,
  };
}

/**
 * Makes one measurement of the shards of each run: they are parts of one load, and no repetitions of it. Results that are of
 * no shard stay as they are.
 */
export function joinShards(found: readonly FoundResult[]): JoinedResults {
  const whole = found.filter(({ result }) => result.shard === null);
  const runs = Map.groupBy(
    found.filter(({ result }) => result.shard !== null),
    ({ result }) => result.shard?.run,
  );
  const joined: FoundResult[] = [];
  const problems: string[] = [];
  for (const shards of runs.values()) {
    try {
      joined.push(mergeRun(shards));
    } catch (error) {
      problems.push(`shards of one run that cannot be merged: ${messageOf(error)}`);
    }
  }
  return { results: [...whole, ...joined], problems };
}
