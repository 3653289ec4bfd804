import { expect, test } from "bun:test";
import { giveBack, pinnedBytes } from "../../lib/posix/memory.ts";
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

/** A pool whose time passes when told, and the buffers whose memory it has given back. */
function poolInTime() {
  const due: Array<() => void> = [];
  const given: Uint8Array[] = [];
  const timers: Timers = { after: (_delayMs, action) => (due.push(action), () => {}) };
  const passTime = (): void => due.splice(0).forEach((action) => action());
  return { pool: new BufferPool(timers, (buffer) => given.push(buffer)), due, given, passTime };
}

const mebibyte = new Uint8Array(1_048_576);

test("no more lies ready than a limit", () => {
  const { pool, given } = poolInTime();
  const all = Array.from({ length: 20 }, () => pool.keep(mebibyte, 0, mebibyte.length));
  for (const each of all) pool.release(each);
  expect(given.map((each) => all.indexOf(each))).toEqual([16, 17, 18, 19]);
  const again = new Set(Array.from({ length: 20 }, () => pool.keep(mebibyte, 0, mebibyte.length)));
  expect(all.filter((each) => again.has(each))).toHaveLength(16);
});

test("what nobody needs for a while is given back, what is needed stays", () => {
  const { pool, due, given, passTime } = poolInTime();
  const all = Array.from({ length: 4 }, () => pool.keep(mebibyte, 0, mebibyte.length));
  for (const each of all) pool.release(each);
  passTime();
  expect(given).toHaveLength(0);
  const used = pool.keep(mebibyte, 0, mebibyte.length);
  pool.release(used);
  for (let i = 0; i < 3; i++) passTime();
  expect(given.map((each) => all.indexOf(each))).toEqual([0, 1, 2]);
  // A buffer is used again, with new memory.
  const again = Array.from({ length: 5 }, () => pool.keep(mebibyte, 0, mebibyte.length));
  expect(all.filter((each) => again.includes(each))).toHaveLength(4);
  for (const each of again) pool.release(each);
  for (let i = 0; i < 9; i++) passTime();
  expect(given).toHaveLength(3 + 5);
  // Nothing lies ready any more, so nothing has to be looked at.
  expect(due).toHaveLength(0);
});

test("much is given back in small parts, so that connections do not wait", () => {
  const { pool, given, passTime } = poolInTime();
  const all = Array.from({ length: 200 }, () => pool.keep(mebibyte, 0, 1));
  for (const each of all) pool.release(each);
  passTime();
  const parts = Array.from({ length: 5 }, () => {
    passTime();
    return given.length;
  });
  expect(parts).toEqual([64, 128, 192, 200, 200]);
});

test("the memory of a buffer is given back to the system", () => {
  const bytes = pinnedBytes(1_048_576).fill(1);
  giveBack(bytes);
  expect(bytes.every((byte) => byte === 0)).toBe(true);
});
