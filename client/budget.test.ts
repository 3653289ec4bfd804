import { expect, test } from "bun:test";
import { Budget } from "./budget.ts";

const takeAll = (budget: Budget): number[] => {
  const taken: number[] = [];
  for (let bytes = budget.take(); bytes > 0; bytes = budget.take()) taken.push(bytes);
  return taken;
};

test("has no limits until it is armed", () => {
  const budget = new Budget({ messages: 1, bytes: 1 }, () => 100);
  expect([budget.take(), budget.take()]).toEqual([100, 100]);
});

test("gives out as many messages as are asked for, less those in flight", () => {
  const budget = new Budget({ messages: 5, bytes: undefined }, () => 100);
  budget.arm(2, 200);
  expect(takeAll(budget)).toEqual([100, 100, 100]);
  expect(budget.isSpent).toBe(true);
});

test("ends within a message where the bytes do", () => {
  const budget = new Budget({ messages: undefined, bytes: 250 }, () => 100);
  budget.arm(0, 0);
  expect(takeAll(budget)).toEqual([100, 100, 50]);
});

test("gives out nothing once closed", () => {
  const budget = new Budget({ messages: undefined, bytes: undefined }, () => 100);
  budget.close();
  expect(budget.take()).toBe(0);
});
