import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { clientOptions, type ClientOptions } from "../options/options.ts";
import { connectionNumber } from "../load/connection-number.ts";
import { toPlan, toThreadPlans } from "./plan.ts";
import { shareOf } from "../traffic/budget.ts";

const planOf = (given: Record<string, unknown>) => toPlan(clientOptions.parse(given), () => 99);
const payload: ClientOptions["payload"] = { kind: "zeros" };

describe("toPlan", () => {
  test("measures 10 s after 1 s of warm-up unless told otherwise", () => {
    expect(planOf({})).toMatchObject({ durationMs: 10_000, warmupMs: 1_000, seed: 99 });
  });

  test("a count of messages or bytes has no end in time and no warm-up of its own", () => {
    expect(planOf({ messages: 5 })).toMatchObject({ durationMs: undefined, warmupMs: 0, messages: 5 });
    expect(planOf({ bytes: "1MB" })).toMatchObject({ durationMs: undefined, warmupMs: 0, bytes: 1_000_000 });
    expect(planOf({ messages: 5, duration: "2s", warmup: "3s" })).toMatchObject({ durationMs: 2_000, warmupMs: 3_000 });
  });

  test("--buffer is both socket buffers, each of which may be given by itself", () => {
    expect(planOf({ buffer: "64k", rcvbuf: "1k" }).sockets).toMatchObject({ sndbufBytes: 65_536, rcvbufBytes: 1_024 });
    expect(planOf({}).sockets).toMatchObject({ sndbufBytes: undefined, rcvbufBytes: undefined, noDelay: true });
  });
});

describe("shares", () => {
  test("differ by at most 1 and add up, for any whole and any number of parts", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 }), fc.integer({ min: 1, max: 64 }), (total, parts) => {
        const shares = Array.from({ length: parts }, (_, i) => shareOf(total, i, parts));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("of shards add up to the load that the options describe, exactly", () => {
    const amounts = fc.record({
      of: fc.integer({ min: 1, max: 50 }),
      conns: fc.integer({ min: 50, max: 5_000 }),
      messages: fc.integer({ min: 50, max: 1e9 }),
      bytes: fc.integer({ min: 50, max: 1e12 }),
    });
    fc.assert(
      fc.property(amounts, ({ of, ...whole }) => {
        const given = { ...whole, rate: 300_000 };
        const plans = Array.from({ length: of }, (_, i) => planOf({ ...given, shard: `${i + 1}/${of}` }));
        const sum = (read: (plan: (typeof plans)[number]) => number | undefined): number =>
          plans.reduce((total, plan) => total + (read(plan) ?? Number.NaN), 0);
        expect(sum(({ connections }) => connections)).toBe(whole.conns);
        expect(sum(({ messages }) => messages)).toBe(whole.messages);
        expect(sum(({ bytes }) => bytes)).toBe(whole.bytes);
        expect(sum(({ openLoop }) => openLoop?.messagesPerSecond)).toBeCloseTo(300_000, 3);
        const numbers = plans.flatMap((plan) =>
          Array.from({ length: plan.connections }, (_, slot) => connectionNumber({ ...plan, index: 0 }, slot)),
        );
        expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: whole.conns }, (_, i) => i));
      }),
      { numRuns: 20 },
    );
  });

  test("have one seed and one run, which another start or load changes", () => {
    const shardOf = (given: Record<string, unknown>) => planOf({ conns: 9, ...given });
    const at = { startAt: "2026-01-02T03:04:05Z" };
    const ofRun = ({ seed, runId }: ReturnType<typeof planOf>): string => `${seed} ${runId}`;
    const run = ofRun(shardOf({ ...at, shard: "1/3" }));
    expect(ofRun(shardOf({ startAt: "1767323045", shard: "2/3" }))).toBe(run);
    expect(ofRun(shardOf({ startAt: "1767323046", shard: "2/3" }))).not.toBe(run);
    expect(shardOf({ ...at, shard: "2/3", rate: 5 }).runId).not.toBe(shardOf({ ...at, shard: "2/3" }).runId);
    expect(shardOf({ ...at, shard: "2/3", seed: 5 }).seed).toBe(5);
    // Each of them counts +5s from another moment.
    expect(ofRun(shardOf({ startAt: "+5s", shard: "1/3" }))).toBe(ofRun(shardOf({ startAt: "+6s", shard: "2/3" })));
    expect(shardOf(at)).toMatchObject({ seed: 99, runId: null });
  });

  test("threads take their shares of connections and messages", () => {
    const plans = toThreadPlans(planOf({ conns: 10, threads: 3, messages: 7 }), { payload, expectTransform: "none" });
    expect(plans.map(({ slots }) => slots)).toEqual([4, 3, 3]);
    expect(plans.reduce((sum, { messages }) => sum + (messages ?? 0), 0)).toBe(7);
  });
});
