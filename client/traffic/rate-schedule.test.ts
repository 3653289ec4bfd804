import { expect, test } from "bun:test";
import fc from "fast-check";
import { createArrivals } from "./arrivals.ts";
import { messagesDue, RateSchedule, type Stage } from "./rate-schedule.ts";

const START = 1_000_000;

const stagesOf = fc.array(
  fc.record({
    messagesPerSecond: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })),
    durationMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
  }),
  { minLength: 1, maxLength: 6 },
);

/** The integral of the rate by the trapezoids themselves, as a person would add them up. */
function integral(stages: readonly Stage[], untilMs: number): number {
  let [sum, startMs, from] = [0, 0, 0];
  for (const { messagesPerSecond: to, durationMs } of stages) {
    const ms = Math.max(0, Math.min(untilMs - startMs, durationMs));
    const reached = durationMs > 0 ? from + ((to - from) * ms) / durationMs : to;
    sum += (((from + reached) / 2) * ms) / 1_000;
    [startMs, from] = [startMs + durationMs, to];
  }
  return sum;
}

/** The due times of all messages of a load that shards, threads and connections divide, of each connection in its order. */
function dueTimes(
  kind: "constant" | "poisson",
  stages: readonly Stage[],
  shards: number,
  connections: number,
): number[][] {
  return Array.from({ length: shards }, (_shard, index) => {
    const part = stages.map((stage) => ({ ...stage, messagesPerSecond: stage.messagesPerSecond / shards }));
    const plan = { kind, messagesPerSecond: 1, stages: part, connections, slots: connections, seed: 3 };
    const arrivals = createArrivals({ ...plan, numberOf: (slot) => slot, shard: { index, of: shards } });
    arrivals.begin(START);
    return Array.from({ length: connections }, (_slot, slot) => {
      const times: number[] = [];
      for (let due = arrivals.due(slot); due < Number.POSITIVE_INFINITY; due = arrivals.due(slot)) {
        times.push(due);
        arrivals.advance(slot);
      }
      return times;
    });
  }).flat();
}

test("the messages due by any time are the integral of the rate within 1, over any number of shards and connections", () => {
  const counts = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(
      stagesOf,
      counts,
      counts,
      fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 5 }),
      (stages, shards, conns, percents) => {
        const times = dueTimes("constant", stages, shards, conns).flat();
        const totalMs = stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
        for (const untilMs of percents.map((percent) => (percent / 100) * totalMs)) {
          const due = times.filter((time) => time <= START + untilMs * 1e6).length;
          expect(Math.abs(due - integral(stages, untilMs))).toBeLessThanOrEqual(1 + 1e-3);
          expect(messagesDue(stages, untilMs)).toBeCloseTo(integral(stages, untilMs), 5);
        }
      },
    ),
  );
});

test("due times of a connection never decrease, and lie within the stages", () => {
  fc.assert(
    fc.property(stagesOf, fc.constantFrom("constant", "poisson"), (stages, kind) => {
      const endNs = START + stages.reduce((sum, { durationMs }) => sum + durationMs, 0) * 1e6;
      for (const times of dueTimes(kind, stages, 2, 3)) {
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        for (const time of times) expect(time).toBeWithin(START, endNs + 1);
      }
    }),
  );
});

test("a message is due when the integral of the rate exceeds those before it", () => {
  const schedule = new RateSchedule([
    { messagesPerSecond: 0, durationMs: 1_000 },
    { messagesPerSecond: 10, durationMs: 2_000 },
    { messagesPerSecond: 10, durationMs: 1_000 },
  ]);
  const timeMs = (count: number): number => schedule.timeOf(count, schedule.slopeOf(count, 0)) / 1e6;
  // After a second of nothing, t seconds of the slope have 2.5 t^2 messages.
  expect(timeMs(0)).toBe(1_000);
  expect(timeMs(2.5)).toBeCloseTo(2_000, 6);
  expect(timeMs(10)).toBe(3_000);
  expect(timeMs(15)).toBeCloseTo(3_500, 6);
  expect(timeMs(20)).toBe(Number.POSITIVE_INFINITY);
});

test("a connection that joins later is not made to send what was due before", () => {
  const stages = [
    { messagesPerSecond: 1_000, durationMs: 0 },
    { messagesPerSecond: 1_000, durationMs: 1_000 },
  ];
  const plan = { messagesPerSecond: 1_000, stages, connections: 2, slots: 2, seed: 1, shard: { index: 0, of: 1 } };
  const arrivals = createArrivals({ ...plan, kind: "constant", numberOf: (slot) => slot });
  arrivals.begin(START);
  arrivals.join(1, START + 4.5e6);
  expect(arrivals.due(1)).toBe(START + 5e6);
  expect(arrivals.due(0)).toBe(START);
});

test("Poisson messages of a slope are as many as its integral, half of them after 71 % of the time", () => {
  const stages = [{ messagesPerSecond: 40_000, durationMs: 1_000 }];
  const times = dueTimes("poisson", stages, 2, 5).flat();
  // Five standard deviations of 20,000 messages; the seed is fixed.
  expect(times.length).toBeWithin(19_300, 20_700);
  const early = times.filter((time) => time < START + Math.SQRT1_2 * 1e9).length;
  expect(early / times.length).toBeWithin(0.48, 0.52);
});
