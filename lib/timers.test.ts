import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { eventLoopTimers, repeat, sleep, timeLimit, unlessStopped, within } from "./timers.ts";

const DAY_MS = 86_400_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function pass(days: number): void {
  for (let day = 0; day < days; day++) jest.advanceTimersByTime(DAY_MS);
}

/** A signal that tells how many listen to it. */
function countedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
  return { signal, stop: () => controller.abort(), listeners: () => listeners };
}

describe("after", () => {
  test("a delay of weeks, longer than setTimeout takes, is kept", () => {
    let calls = 0;
    eventLoopTimers.after(60 * DAY_MS, () => calls++);
    pass(59);
    expect(calls).toBe(0);
    pass(2);
    expect(calls).toBe(1);
  });

  test("such a delay can be cancelled at any time", () => {
    let calls = 0;
    const cancel = eventLoopTimers.after(60 * DAY_MS, () => calls++);
    pass(30);
    cancel();
    pass(60);
    expect(calls).toBe(0);
  });

  test.each([
    ["a negative delay is over at once", -2_000, 1],
    ["minus infinity too", Number.NEGATIVE_INFINITY, 1],
    ["an infinite one never is", Number.POSITIVE_INFINITY, 0],
  ])("%s", async (_, delayMs, expected) => {
    let calls = 0;
    eventLoopTimers.after(delayMs, () => calls++);
    pass(100);
    await new Promise(setImmediate);
    expect(calls).toBe(expected);
    jest.clearAllTimers();
  });

  test("one of nothing waits for no timer, and can be cancelled", async () => {
    let calls = 0;
    eventLoopTimers.after(0, () => calls++);
    const cancel = eventLoopTimers.after(0, () => calls++);
    cancel();
    await new Promise(setImmediate);
    expect(calls).toBe(1);
  });
});

test("a period of weeks is kept", () => {
  let calls = 0;
  const cancel = repeat(eventLoopTimers, 30 * DAY_MS, () => calls++);
  pass(29);
  expect(calls).toBe(0);
  pass(32);
  expect(calls).toBe(2);
  cancel();
});

describe("a stop leaves neither a timer nor a listener behind when it ends", () => {
  test("a sleep, which has begun or not", async () => {
    const { signal, stop, listeners } = countedSignal();
    const slept = sleep(60 * DAY_MS, signal);
    stop();
    await slept;
    await sleep(60 * DAY_MS, signal);
    expect([jest.getTimerCount(), listeners()]).toEqual([0, 0]);
  });

  test("a wait for a promise, with a limit or without", async () => {
    const { signal, stop, listeners } = countedSignal();
    const never = new Promise<string>(() => {});
    const waits = [unlessStopped(never, signal), within(never, DAY_MS, signal)];
    stop();
    expect(await Promise.all(waits)).toEqual([undefined, false]);
    expect(await unlessStopped(never, signal)).toBeUndefined();
    expect([jest.getTimerCount(), listeners()]).toEqual([0, 0]);
  });
});

test("a wait ends with its promise, and leaves nothing behind", async () => {
  const { signal, listeners } = countedSignal();
  expect(await unlessStopped(Promise.resolve(1), signal)).toBe(1);
  expect(await within(Promise.resolve(2), DAY_MS, signal)).toBe(true);
  expect(await unlessStopped(Promise.reject(new Error("no")), signal).catch(String)).toBe("Error: no");
  expect([jest.getTimerCount(), listeners()]).toEqual([0, 0]);
});

test("a limit ends a wait", async () => {
  const waited = within(new Promise(() => {}), DAY_MS);
  pass(1);
  expect(await waited).toBe(false);
  using limit = timeLimit(DAY_MS);
  expect(limit.signal.aborted).toBe(false);
  pass(1);
  expect(limit.signal.aborted).toBe(true);
});
