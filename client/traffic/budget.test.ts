import { expect, test } from "bun:test";
import { Budget } from "./budget.ts";

const ignore = (): void => {};

const takeAll = (budget: Budget): number[] => {
  const taken: number[] = [];
  for (let bytes = budget.take(); bytes > 0; bytes = budget.take()) taken.push(bytes);
  return taken;
};

test("has no limits until it is armed", () => {
  const budget = new Budget({ messages: 1, bytes: 1 }, () => 100, ignore);
  expect([budget.take(), budget.take()]).toEqual([100, 100]);
});

test("gives out as many messages as are asked for, less those in flight", () => {
  const budget = new Budget({ messages: 5, bytes: undefined }, () => 100, ignore);
  budget.arm(2, 200);
  expect(takeAll(budget)).toEqual([100, 100, 100]);
  expect(budget.isSpent).toBe(true);
});

test("ends within a message where the bytes do", () => {
  const budget = new Budget({ messages: undefined, bytes: 250 }, () => 100, ignore);
  budget.arm(0, 0);
  expect(takeAll(budget)).toEqual([100, 100, 50]);
});

test("gives out nothing once closed", () => {
  const budget = new Budget({ messages: undefined, bytes: undefined }, () => 100, ignore);
  budget.close();
  expect(budget.take()).toBe(0);
});

test("says once that nothing is left, however it comes about", () => {
  const spent: string[] = [];
  const byMessages = new Budget(
    { messages: 2, bytes: undefined },
    () => 100,
    () => spent.push("messages"),
  );
  byMessages.arm(1, 100);
  byMessages.take();
  byMessages.close();
  const inFlight = new Budget(
    { messages: undefined, bytes: 100 },
    () => 100,
    () => spent.push("in flight"),
  );
  inFlight.arm(1, 100);
  const closed = new Budget(
    { messages: undefined, bytes: undefined },
    () => 100,
    () => spent.push("closed"),
  );
  closed.close();
  closed.close();
  expect(spent).toEqual(["messages", "in flight", "closed"]);
});
