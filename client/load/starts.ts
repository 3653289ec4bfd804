import type { OtherConnections } from "../payload/diagnosis.ts";
import type { PayloadTable } from "../../lib/payload/payload-table.ts";
import { connectionNumber } from "./connection-number.ts";
import type { ThreadPlan } from "./protocol.ts";

/** What the starts depend on. */
type StartsPlan = Pick<ThreadPlan, "seed" | "threads" | "index" | "shard" | "slots">;

/**
 * Where in the payload the connections of a thread start: each of the whole load somewhere of its own, so that bytes
 * of another one, which may have closed long ago, are wrong. The same seed gives each slot the same starts in turn.
 */
export class Starts {
  readonly #plan: StartsPlan;
  readonly #table: PayloadTable;
  /** connections that have started, by slot */
  readonly #started: Uint32Array;

  constructor(plan: StartsPlan, table: PayloadTable) {
    this.#plan = plan;
    this.#table = table;
    this.#started = new Uint32Array(plan.slots);
  }

  /** The position in the table where the next connection of a slot starts. */
  next(slot: number): number {
    const { seed, shard } = this.#plan;
    const earlier = this.#started[slot] ?? 0;
    this.#started[slot] = earlier + 1;
    return this.#table.startOf(seed, connectionNumber(this.#plan, slot) + earlier * shard.connections);
  }

  /** Which connections may have sent bytes besides the latest one of a slot. */
  othersThan(slot: number): OtherConnections {
    if (this.#plan.shard.connections > 1) return "any";
    return (this.#started[slot] ?? 0) > 1 ? "earlier" : "none";
  }
}
