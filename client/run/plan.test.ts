import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { clientOptions, type ClientOptions } from "../options/options.ts";
import { shareOf, toPlan, toThreadPlans } from "./plan.ts";

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

  test("threads take their shares of connections and messages", () => {
    const plans = toThreadPlans(planOf({ conns: 10, threads: 3, messages: 7 }), { payload, expectTransform: "none" });
    expect(plans.map(({ slots }) => slots)).toEqual([4, 3, 3]);
    expect(plans.reduce((sum, { messages }) => sum + (messages ?? 0), 0)).toBe(7);
  });
});
