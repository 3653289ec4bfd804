import { expect, test } from "bun:test";
import { scenarios } from "./scenarios.ts";
import { scheduleJobs } from "./schedule.ts";

test("measures every scenario once in each round and alternates which variant is first", () => {
  const [small, many] = scenarios;
  if (!small || !many) throw new Error("there are scenarios");
  const jobs = scheduleJobs([small, many], ["base", "head"], 2);
  expect(jobs.map(({ scenario, variant, round }) => `${round} ${scenario.name} ${variant}`)).toEqual([
    "1 small base",
    "1 small head",
    "1 many base",
    "1 many head",
    "2 small head",
    "2 small base",
    "2 many head",
    "2 many base",
  ]);
});
