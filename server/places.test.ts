import { expect, test } from "bun:test";
import { Places } from "./places.ts";

test("the places of all processes together are limited", () => {
  const taken = new Int32Array(new SharedArrayBuffer(8));
  const [first, second] = [new Places(taken, 0, 3), new Places(taken, 1, 3)];
  expect([first.take(), second.take(), second.take()]).toEqual([true, true, true]);
  expect([first.take(), second.take()]).toEqual([false, false]);
  expect(first.taken).toBe(3);
  second.release();
  expect(first.take()).toBe(true);
  expect([...taken]).toEqual([2, 1]);
});
