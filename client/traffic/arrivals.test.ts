import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type ArrivalKind, createArrivals, type ShardOfLoad } from "./arrivals.ts";
import { shareOf } from "./budget.ts";

const START = 1_000_000;

const alone: ShardOfLoad = { index: 0, of: 1 };

/** The schedules of all threads of a run, begun. */
function schedules(
  kind: ArrivalKind,
  messagesPerSecond: number,
  connections: number,
  threads: number,
  shard: ShardOfLoad = alone,
) {
  return Array.from({ length: threads }, (_, index) => {
    const slots = shareOf(connections, index, threads);
    const numberOf = (slot: number): number => slot * threads + index;
    const arrivals = createArrivals({ kind, messagesPerSecond, connections, slots, shard, numberOf, seed: 1 });
    arrivals.begin(START);
    return { arrivals, slots };
  });
}

/** The schedules of all shards of a load that is divided, each of one thread. */
const shardSchedules = (kind: ArrivalKind, rate: number, connections: number, of: number) =>
  Array.from({ length: of }, (_, index) =>
    schedules(kind, rate / of, shareOf(connections, index, of), 1, { index, of }),
  ).flat();

type Schedules = ReturnType<typeof schedules>;

/** The first `count` messages of each connection, all in the order in which they are due. */
function dueTimes(all: Schedules, count: number): number[] {
  const times = all.flatMap(({ arrivals, slots }) =>
    Array.from({ length: slots }, (_, slot) =>
      Array.from({ length: count }, () => {
        const due = arrivals.due(slot);
        arrivals.advance(slot);
        return due;
      }),
    ),
  );
  return times.flat().toSorted((a, b) => a - b);
}

describe("constant arrivals", () => {
  test("message k of the run is due at start + k / rate, over any number of connections and threads", () => {
    const numbers = fc.record({
      threads: fc.integer({ min: 1, max: 4 }),
      extra: fc.nat({ max: 7 }),
      rate: fc.integer({ min: 1, max: 50_000 }),
    });
    fc.assert(
      fc.property(numbers, ({ threads, extra, rate }) => {
        const connections = threads + extra;
        const times = dueTimes(schedules("constant", rate, connections, threads), 5);
        expect(times).toEqual(times.map((_, k) => Math.round(START + (k * 1e9) / rate)));
      }),
    );
  });

  test("message k of a load is due at start + k / rate, whatever the number of shards, each of which has every Nth", () => {
    const numbers = fc.record({
      of: fc.integer({ min: 1, max: 5 }),
      extra: fc.nat({ max: 7 }),
      rate: fc.integer({ min: 1, max: 50_000 }),
    });
    fc.assert(
      fc.property(numbers, ({ of, extra, rate }) => {
        const shards = shardSchedules("constant", rate, of + extra, of);
        const timesOf = shards.map((shard) => dueTimes([shard], 4).slice(0, 4));
        for (const [index, times] of timesOf.entries()) {
          for (const [j, due] of times.entries()) {
            // A sum of doubles may round to the next nanosecond.
            expect(Math.abs(due - (START + ((index + j * of) * 1e9) / rate))).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  test("a connection that comes later is not made to send what was due before", () => {
    const [thread] = schedules("constant", 1_000, 2, 1);
    thread?.arrivals.join(1, START + 4.5e6);
    // Connection 1 has messages 1, 3, 5, ..., due 1, 3, 5 ms after the start.
    expect(thread?.arrivals.due(1)).toBe(START + 5e6);
    expect(thread?.arrivals.due(0)).toBe(START);
  });
});

describe.each([
  ["two threads", schedules("poisson", 10_000, 10, 2)],
  // 4, 3 and 3 connections.
  ["three shards", shardSchedules("poisson", 10_000, 10, 3)],
])("Poisson arrivals of %s", (_name, all) => {
  const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - (times[i] ?? 0));
  // The last messages of slower connections are missing from the end.
  const times = dueTimes(all, 4_000).slice(0, 30_000);
  const gaps = gapsOf(times);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;

  test("keep the rate of the whole", () => expect(mean).toBeWithin(97_000, 103_000));

  test("have gaps that deviate by as much as their mean, as exponential ones do", () => {
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeWithin(0.97, 1.03);
  });

  test("come in an order of their own", () => {
    const first = all.map(({ arrivals }) => arrivals.due(0));
    expect(new Set(first).size).toBe(all.length);
  });
});
