import { shareOf } from "../traffic/budget.ts";
import type { OpenLoopPlan, ShardPlan } from "../load/protocol.ts";
import type { ClientOptions } from "../options/options.ts";
import { highestRateOf } from "../options/stages.ts";
import { startTimeText } from "../options/start-time.ts";

/** The options that say how much load there is. */
type Amounts = Pick<ClientOptions, "conns" | "messages" | "bytes" | "rate" | "stages" | "arrival" | "shard">;

/** A client's share of the load that the options describe: all of it without --shard. Undefined is no limit. */
export interface LoadShare {
  readonly shard: ShardPlan;
  readonly connections: number;
  readonly messages: number | undefined;
  readonly bytes: number | undefined;
  readonly openLoop: OpenLoopPlan | undefined;
}

/** Divides a load. The shares of all shards add up to it exactly. */
export function shareOfLoad({
  conns,
  messages,
  bytes,
  rate: steady,
  stages,
  arrival,
  shard: chosen,
}: Amounts): LoadShare {
  const { index, of } = chosen ? { ...chosen, index: chosen.index - 1 } : { index: 0, of: 1 };
  const share = (total: number | undefined) => (total === undefined ? undefined : shareOf(total, index, of));
  const ofShard = stages?.map((stage) => ({ ...stage, messagesPerSecond: stage.messagesPerSecond / of }));
  const rate = steady ?? (stages && highestRateOf(stages));
  return {
    shard: { index, of, connections: conns },
    connections: shareOf(conns, index, of),
    messages: share(messages),
    bytes: share(bytes),
    openLoop: rate === undefined ? undefined : { kind: arrival, messagesPerSecond: rate / of, stages: ofShard },
  };
}

/** The options that a run of several clients is told by. */
type RunOptions = Amounts & Pick<ClientOptions, "startAt" | "mode" | "duration">;

/** The start that all shards were given, if they were given one. */
const commonStart = ({ startAt }: RunOptions): string | null => (startAt?.isCommon ? startTimeText(startAt) : null);

/**
 * The seed of shards that were given none: shards cannot agree on one that is drawn, and one that depends on the start
 * makes bytes of an earlier run wrong.
 */
export const seedOfRun = (options: RunOptions): number | undefined =>
  options.shard && Bun.hash.crc32(commonStart(options) ?? "");

/** What all shards of a run have in common, and no other run that was given a start or a seed of its own. */
export function runIdOf(options: RunOptions, seed: number): string {
  const { shard, mode, conns, rate, stages, duration, messages, bytes } = options;
  const all = [commonStart(options), seed, shard?.of, mode, conns, rate, duration, messages, bytes, stages];
  return Bun.hash.wyhash(JSON.stringify(all)).toString(16).padStart(16, "0");
}
