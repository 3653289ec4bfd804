import { describe, expect, test } from "bun:test";
import { allowedCpus, keepOn, runWhenIdle, threadId, threadIds, threadSchedule } from "./scheduling.ts";

/** Threads have numbers on Linux only. */
const own = threadId();
const NO_THREAD = 2 ** 22 + 1;

describe.if(own !== undefined)("the scheduler", () => {
  test("knows this thread, which has used a processor", () => {
    const thread = own ?? 0;
    expect(threadIds()).toContain(thread);
    expect(threadSchedule(thread)?.cpuMs).toBeGreaterThan(0);
    expect(threadSchedule(thread)?.runQueueMs).toBeGreaterThanOrEqual(0);
  });

  test("knows no thread that does not exist", () => {
    expect(threadSchedule(NO_THREAD)).toBeUndefined();
    expect(runWhenIdle(NO_THREAD)).toBe(false);
    expect(keepOn([0], NO_THREAD)).toBe(false);
  });

  test("refuses to keep a thread where it may not run", () => {
    expect(keepOn([8_191], own ?? 0)).toBe(false);
    expect(allowedCpus()).not.toContain(8_191);
  });
});
