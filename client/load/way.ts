import type { Way } from "../../lib/result/load-modes.ts";
import type { Address } from "../transport/transport.ts";
import type { ThreadPlan } from "./protocol.ts";

/** What decides which way the bytes of a connection go. */
type WayPlan = Pick<ThreadPlan, "mode" | "index">;

/**
 * Which way the bytes of a slot's connection go; undefined when they come back. Of `both`, connections take turns, and
 * threads begin with different ways, so that half of all go each way.
 */
export function wayOf({ mode, index }: WayPlan, slot: number): Way | undefined {
  if (mode === "both") return (slot + index) % 2 === 0 ? "upload" : "download";
  return mode === "upload" || mode === "download" ? mode : undefined;
}

/** Where the connection of a slot goes. @param address of any service of the server */
export function addressOf(plan: WayPlan & Pick<ThreadPlan, "ports">, slot: number, address: Address): Address {
  const way = wayOf(plan, slot);
  return way && address.family !== "unix" ? { ...address, port: plan.ports[way] } : address;
}
