import type { ThreadPlan } from "./protocol.ts";

/** Threads take connections in turn, so that each has its even part of an open loop's schedule. */
export const connectionNumber = ({ threads, index }: Pick<ThreadPlan, "threads" | "index">, slot: number): number =>
  slot * threads + index;
