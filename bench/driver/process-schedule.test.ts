import { expect, test } from "bun:test";
import { parseSchedstat, scheduleBetween, scheduleOf } from "./process-schedule.ts";

const threads = (times: Readonly<Record<string, readonly [cpuMs: number, runQueueMs: number]>>) =>
  new Map(Object.entries(times).map(([task, [cpuMs, runQueueMs]]) => [task, { cpuMs, runQueueMs }]));

test("reads processor time and run-queue delay", () => {
  expect(parseSchedstat("12000000 3500000 17\n")).toEqual({ cpuMs: 12, runQueueMs: 3.5 });
});

test("adds up the processor time of all threads, and takes the wait of the busiest one", () => {
  const before = threads({ main: [50, 5], worker: [10, 1], gone: [30, 3] });
  const after = threads({ main: [60, 105], worker: [90, 8], begun: [5, 70] });
  expect(scheduleBetween(before, after)).toEqual({ cpuMs: 95, runQueueMs: 7 });
});

test("says nothing where the platform does not", () => {
  expect(scheduleOf(-1)).toBeUndefined();
  expect(scheduleBetween(undefined, threads({ main: [1, 1] }))).toBeUndefined();
});

test.if(process.platform === "linux")("a process that works has used a processor", () => {
  const before = scheduleOf(process.pid);
  for (let i = 0; i < 1e6; i++) Math.sqrt(i);
  expect(scheduleBetween(before, scheduleOf(process.pid))?.cpuMs).toBeGreaterThan(0);
});
