import type { ShardOfLoad } from "../traffic/arrivals.ts";
import type { ThreadPlan } from "./protocol.ts";

/** Counted over this client. Threads take connections in turn, so that each has its even part of an open loop's schedule. */
export const numberInClient = ({ threads, index }: Pick<ThreadPlan, "threads" | "index">, slot: number): number =>
  slot * threads + index;

/** Counted over the whole load, whose connections shards take in turn. */
export const connectionNumber = (
  plan: Pick<ThreadPlan, "threads" | "index"> & { readonly shard: ShardOfLoad },
  slot: number,
): number => numberInClient(plan, slot) * plan.shard.of + plan.shard.index;
