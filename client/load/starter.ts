import type { LoopClock } from "../transport/loop-clock.ts";
import type { Arrivals } from "../traffic/arrivals.ts";
import { rampUp } from "../traffic/ramp.ts";
import { connectionNumber } from "./connection-number.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { ThreadPlan } from "./protocol.ts";

/** Lets the connections of a thread begin their load: all at once, one after the other in a ramp, or more and more. */
export class Starter {
  readonly #plan: ThreadPlan;
  readonly #pool: ConnectionPool;
  readonly #arrivals: Arrivals | undefined;
  readonly #loop: LoopClock;
  #endRamp = (): void => {};

  constructor(plan: ThreadPlan, pool: ConnectionPool, arrivals: Arrivals | undefined, loop: LoopClock) {
    this.#plan = plan;
    this.#pool = pool;
    this.#arrivals = arrivals;
    this.#loop = loop;
  }

  /** The load starts. Those of a ramp follow in their time. */
  start(loadStartNs: number): void {
    const { rampMs, slots, shard } = this.#plan;
    const open = this.#pool.all;
    for (const { slot } of open) this.#pool.activate(slot);
    if (rampMs === 0) return open.forEach((connection) => connection.start());
    for (let slot = 0; slot < slots; slot++) this.#pool.activate(slot);
    const timeOf = (slot: number): number =>
      loadStartNs + (connectionNumber(this.#plan, slot) / shard.connections) * rampMs * 1e6;
    const begin = (slot: number): void => this.#begin(slot, timeOf(slot) > loadStartNs);
    this.#endRamp = rampUp(slots, timeOf, begin, this.#loop);
  }

  /** A slot of a ramp begins its load: the first one has a connection already. @param joins later than the load begins */
  #begin(slot: number, joins: boolean): void {
    const connection = this.#pool.at(slot);
    if (!connection) return this.#pool.connect(slot);
    if (joins) this.#arrivals?.join(slot, this.#loop.nowNs());
    connection.start();
  }

  /** Opens connections until there are so many. */
  grow(connections: number): void {
    for (let slot = 0; slot < Math.min(connections, this.#plan.slots); slot++) {
      if (this.#pool.at(slot)) continue;
      this.#pool.activate(slot);
      this.#pool.connect(slot);
    }
  }

  /** No more connections of a ramp. */
  end(): void {
    this.#endRamp();
  }
}
