import { expect, test } from "bun:test";
import { scheduleOf } from "./schedule.ts";

const take = (seed: number, count: number) => [...scheduleOf(seed, ["a", "b", "c", "d"]).take(count)];

test("each round has every fault once", () => {
  const names = take(1, 8).map(({ fault }) => fault);
  expect(names.slice(0, 4).toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(names.slice(4).toSorted()).toEqual(["a", "b", "c", "d"]);
});

test("a seed repeats its schedule, and another one has another", () => {
  expect(take(5, 40)).toEqual(take(5, 40));
  expect(take(5, 40)).not.toEqual(take(6, 40));
});

test("without faults there is nothing to schedule", () => {
  expect([...scheduleOf(1, [])]).toEqual([]);
});
