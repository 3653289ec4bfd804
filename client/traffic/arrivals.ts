import { createRandom } from "../../lib/payload/random.ts";
import { RateSchedule, type Stage } from "./rate-schedule.ts";

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
  /** how the rate of this client changes; undefined for the one rate */
  readonly stages?: readonly Stage[] | undefined;
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

/**
 * The schedule of a rate that changes: message `k` of the whole is due when the integral of the rate exceeds `k`, and
 * falls to shard and connection as that of one rate does. A Poisson process of one message in a unit of that integral
 * is one of the changing rate in time.
 */
class StagedArrivals implements Arrivals {
  readonly #schedule: RateSchedule;
  readonly #connections: number;
  readonly #random: (() => number) | undefined;
  /** of each connection: messages of this client that are due before its next one, where that is, and its time */
  readonly #next: Float64Array;
  readonly #slope: Uint32Array;
  readonly #due: Float64Array;
  #startNs = 0;

  constructor({ kind, connections, slots, numberOf, shard, seed }: ArrivalPlan, stages: readonly Stage[]) {
    this.#schedule = new RateSchedule(stages);
    this.#connections = connections;
    this.#random = kind === "poisson" ? createRandom(seed ^ (numberOf(0) * shard.of + shard.index)) : undefined;
    const first = shard.index / shard.of;
    this.#next = Float64Array.from({ length: slots }, (_, slot) => (this.#random ? 0 : first + numberOf(slot)));
    this.#slope = new Uint32Array(slots);
    this.#due = new Float64Array(slots);
  }

  begin(startNs: number): void {
    this.#startNs = startNs;
    for (let slot = 0; slot < this.#next.length; slot++) {
      if (this.#random) this.#next[slot] = this.#gap();
      this.#find(slot);
    }
  }

  join(slot: number, nowNs: number): void {
    const passed = this.#schedule.countAt(nowNs - this.#startNs);
    const next = this.#next[slot] as number;
    const missed = Math.ceil((passed - next) / this.#connections);
    this.#next[slot] = this.#random ? passed + this.#gap() : next + Math.max(0, missed) * this.#connections;
    this.#find(slot);
  }

  due(slot: number): number {
    return this.#due[slot] as number;
  }

  advance(slot: number): void {
    (this.#next[slot] as number) += this.#gap();
    this.#find(slot);
  }

  #gap(): number {
    return this.#random ? -Math.log(1 - this.#random()) * this.#connections : this.#connections;
  }

  #find(slot: number): void {
    const next = this.#next[slot] as number;
    const slope = this.#schedule.slopeOf(next, this.#slope[slot] as number);
    this.#slope[slot] = slope;
    this.#due[slot] = Math.round(this.#startNs + this.#schedule.timeOf(next, slope));
  }
}

/** The schedule of a thread's connections. The schedules of all threads make up the schedule of the run. */
export function createArrivals(plan: ArrivalPlan): Arrivals {
  if (plan.stages) return new StagedArrivals(plan, plan.stages);
  return plan.kind === "constant" ? new ConstantArrivals(plan) : new PoissonArrivals(plan);
}
