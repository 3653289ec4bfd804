import { createRandom } from "../payload/random.ts";

/** How the messages of an open loop are spaced: evenly, or at random like those of many independent senders. */
export type ArrivalKind = "constant" | "poisson";

/** When the messages of a thread's connections are due. Times in nanoseconds of the thread. */
export interface Arrivals {
  /** The schedule begins for all connections. */
  begin(startNs: number): void;
  /** Lets a connection join later: it does not send what was due before. */
  join(slot: number, nowNs: number): void;
  /** When the connection's next message is due. */
  due(slot: number): number;
  /** Moves on to the message after it. */
  advance(slot: number): void;
}

/** Which of the clients that put a load on a server together this one is: 0 of 1 when it does so alone. */
export interface ShardOfLoad {
  /** counted from 0 */
  readonly index: number;
  readonly of: number;
}

/** One thread's part of an open loop. */
export interface ArrivalPlan {
  readonly kind: ArrivalKind;
  /** over all connections of this client */
  readonly messagesPerSecond: number;
  /** of this client */
  readonly connections: number;
  /** of this thread */
  readonly slots: number;
  /** number of a connection in this client, counted from 0 */
  readonly numberOf: (slot: number) => number;
  readonly shard: ShardOfLoad;
  readonly seed: number;
}

/**
 * Message `k` of the whole load is due at start + k / rate and belongs to shard `k` modulo their number: a shard's messages
 * are as far apart as its own rate says, and its first one is late by the shard's part of that gap. Message `j` of a shard
 * falls to its connection `j` modulo their number.
 */
class ConstantArrivals implements Arrivals {
  readonly #gapNs: number;
  readonly #firstNs: number;
  readonly #connections: number;
  /** the next message of each connection, counted over this client */
  readonly #next: Float64Array;
  #startNs = 0;

  constructor({ messagesPerSecond, connections, slots, numberOf, shard }: ArrivalPlan) {
    this.#gapNs = 1e9 / messagesPerSecond;
    this.#firstNs = (this.#gapNs * shard.index) / shard.of;
    this.#connections = connections;
    this.#next = Float64Array.from({ length: slots }, (_, slot) => numberOf(slot));
  }

  begin(startNs: number): void {
    this.#startNs = startNs + this.#firstNs;
  }

  join(slot: number, nowNs: number): void {
    const next = this.#next[slot] as number;
    const missed = Math.ceil(((nowNs - this.#startNs) / this.#gapNs - next) / this.#connections);
    this.#next[slot] = next + Math.max(0, missed) * this.#connections;
  }

  due(slot: number): number {
    return Math.round(this.#startNs + (this.#next[slot] as number) * this.#gapNs);
  }

  advance(slot: number): void {
    (this.#next[slot] as number) += this.#connections;
  }
}

/**
 * Each connection is a Poisson process of its share of the rate; together those of all threads and shards are one of the
 * whole rate. They need to share nothing for that, where drawing the gaps of the whole and keeping each Nth would cost
 * every shard the draws of all.
 */
class PoissonArrivals implements Arrivals {
  readonly #meanGapNs: number;
  readonly #random: () => number;
  readonly #due: Float64Array;

  constructor({ messagesPerSecond, connections, slots, numberOf, shard, seed }: ArrivalPlan) {
    this.#meanGapNs = (connections * 1e9) / messagesPerSecond;
    this.#random = createRandom(seed ^ (numberOf(0) * shard.of + shard.index));
    this.#due = new Float64Array(slots);
  }

  begin(startNs: number): void {
    this.#due.forEach((_, slot) => this.join(slot, startNs));
  }

  join(slot: number, nowNs: number): void {
    this.#due[slot] = nowNs;
    this.advance(slot);
  }

  due(slot: number): number {
    return Math.round(this.#due[slot] as number);
  }

  advance(slot: number): void {
    (this.#due[slot] as number) -= Math.log(1 - this.#random()) * this.#meanGapNs;
  }
}

/** The schedule of a thread's connections. The schedules of all threads make up the schedule of the run. */
export const createArrivals = (plan: ArrivalPlan): Arrivals =>
  plan.kind === "constant" ? new ConstantArrivals(plan) : new PoissonArrivals(plan);
