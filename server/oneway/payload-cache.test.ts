import { expect, test } from "bun:test";
import { MAX_PAYLOADS, PayloadCache } from "./payload-cache.ts";

const zeros = (seed: number) => ({ payload: "zeros", seed }) as const;

/** A cache at a time that a test sets. */
function cacheAt() {
  const clock = { nowMs: 0 };
  return { cache: new PayloadCache(() => clock.nowMs), clock };
}

test("connections that ask for the same payload share it", () => {
  const { cache } = cacheAt();
  const first = cache.take(zeros(1));
  expect(first).toBeObject();
  expect(cache.take(zeros(1))).toBe(first);
  expect(cache.take(zeros(2))).not.toBe(first);
});

test("only so many are in use at a time, and one that nobody uses makes room", () => {
  const { cache, clock } = cacheAt();
  for (let seed = 0; seed < MAX_PAYLOADS; seed++) cache.take(zeros(seed));
  cache.take(zeros(0));
  clock.nowMs = 10_000;
  expect(cache.take(zeros(MAX_PAYLOADS))).toBe("32 other payloads are in use");
  cache.release(zeros(0));
  expect(cache.take(zeros(MAX_PAYLOADS))).toBe("32 other payloads are in use");
  cache.release(zeros(0));
  expect(cache.take(zeros(MAX_PAYLOADS))).toBeObject();
});

test("peers that ask for one after the other, and go, take a limited part of the time", () => {
  const { cache, clock } = cacheAt();
  let made = 0;
  const askFor = (seeds: number): void => {
    for (let i = 0; i < seeds; i++) {
      const key = zeros(made);
      if (typeof cache.take(key) === "string") continue;
      made++;
      cache.release(key);
    }
  };
  askFor(1_000);
  expect(made).toBe(32);
  expect(cache.take(zeros(1_000_000))).toBe("20 other payloads a second are made already");
  expect(cache.take(zeros(31))).toBeObject();
  for (; clock.nowMs < 2_000; clock.nowMs += 1) askFor(1);
  expect(made).toBeWithin(70, 73);
});
