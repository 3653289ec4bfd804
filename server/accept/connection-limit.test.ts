import { expect, test } from "bun:test";
import { ConnectionLimit } from "./connection-limit.ts";

const twoProcesses = (all: number, own: number) => {
  const taken = new Int32Array(new SharedArrayBuffer(8));
  return {
    taken,
    first: new ConnectionLimit(taken, 0, { all, own }),
    second: new ConnectionLimit(taken, 1, { all, own }),
  };
};

test("the places of all processes together are limited", () => {
  const { taken, first, second } = twoProcesses(3, 3);
  expect([first.take(), second.take(), second.take()]).toEqual([undefined, undefined, undefined]);
  expect([first.take(), second.take()]).toEqual([3, 3]);
  expect(first.taken).toBe(3);
  second.release();
  expect(first.take()).toBeUndefined();
  expect([...taken]).toEqual([2, 1]);
});

test("and so are those of each process", () => {
  const { taken, first, second } = twoProcesses(10, 1);
  expect([first.take(), first.take(), second.take()]).toEqual([undefined, 1, undefined]);
  expect([...taken]).toEqual([1, 1]);
});
