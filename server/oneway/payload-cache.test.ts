import { expect, test } from "bun:test";
import { MAX_PAYLOADS, PayloadCache } from "./payload-cache.ts";

const zeros = (seed: number) => ({ payload: "zeros", seed }) as const;

test("connections that ask for the same payload share it", () => {
  const cache = new PayloadCache();
  const first = cache.take(zeros(1));
  expect(cache.take(zeros(1))).toBe(first as NonNullable<typeof first>);
  expect(cache.take(zeros(2))).not.toBe(first as NonNullable<typeof first>);
});

test("only so many are in use at a time, and one that nobody uses makes room", () => {
  const cache = new PayloadCache();
  for (let seed = 0; seed < MAX_PAYLOADS; seed++) cache.take(zeros(seed));
  cache.take(zeros(0));
  expect(cache.take(zeros(MAX_PAYLOADS))).toBeUndefined();
  cache.release(zeros(0));
  expect(cache.take(zeros(MAX_PAYLOADS))).toBeUndefined();
  cache.release(zeros(0));
  expect(cache.take(zeros(MAX_PAYLOADS))).toBeDefined();
});
