import { expect, test } from "bun:test";
import type { Timers } from "../../lib/timers.ts";
import { BufferPool } from "./buffer-pool.ts";

const noTimers: Timers = { after: () => () => {} };

test("what is kept stays as it was, whatever becomes of the bytes it was copied from", () => {
  const pool = new BufferPool(noTimers);
  const bytes = new Uint8Array([1, 2, 3, 4, 5]);
  const kept = pool.keep(bytes, 1, 3);
  bytes.fill(9);
  expect([...kept.subarray(0, 3)]).toEqual([2, 3, 4]);
});

test("a buffer is used again once it is released, and not before", () => {
  const pool = new BufferPool(noTimers);
  const bytes = new Uint8Array(5_000);
  const first = pool.keep(bytes, 0, 5_000);
  const second = pool.keep(bytes, 0, 4_097);
  expect(second).not.toBe(first);
  pool.release(first);
  expect(pool.keep(bytes, 0, 8_192 - 4_000)).toBe(first);
  pool.release(second);
  // Another class of size has other buffers.
  expect(pool.keep(bytes, 0, 100)).not.toBe(second);
});

test("no more lies ready than a limit", () => {
  const pool = new BufferPool(noTimers);
  const bytes = new Uint8Array(1_048_576);
  const all = Array.from({ length: 20 }, () => pool.keep(bytes, 0, bytes.length));
  for (const each of all) pool.release(each);
  const again = new Set(Array.from({ length: 20 }, () => pool.keep(bytes, 0, bytes.length)));
  expect(all.filter((each) => again.has(each))).toHaveLength(16);
});

test("what nobody needs for a while is given up and collected, what is needed stays", () => {
  const due: Array<() => void> = [];
  const passTime = (): void => due.splice(0).forEach((action) => action());
  const timers: Timers = {
    after(_delayMs, action) {
      due.push(action);
      return () => {};
    },
  };
  let collections = 0;
  const pool = new BufferPool(timers, () => collections++);
  const bytes = new Uint8Array(1_048_576);
  const all = Array.from({ length: 4 }, () => pool.keep(bytes, 0, bytes.length));
  for (const each of all) pool.release(each);
  passTime();
  const used = pool.keep(bytes, 0, bytes.length);
  pool.release(used);
  passTime();
  expect(collections).toBe(1);
  const again = Array.from({ length: 4 }, () => pool.keep(bytes, 0, bytes.length));
  expect(all.filter((each) => again.includes(each))).toEqual([used]);
  for (const each of again) pool.release(each);
  for (let i = 0; i < 2; i++) passTime();
  expect(collections).toBe(2);
  // Nothing lies ready any more, so nothing has to be looked at.
  expect(due).toHaveLength(0);
});
