import { describe, expect, test } from "bun:test";
import type { Timers } from "../lib/timers.ts";
import { watchLifetime } from "./lifetime.ts";

/** Timers whose time passes when a test says so. */
function virtualTimers() {
  let now = 0;
  const due: Array<{ at: number; action: () => void }> = [];
  const timers: Timers = {
    after(delayMs, action) {
      const timer = { at: now + delayMs, action };
      due.push(timer);
      return () => void due.splice(due.indexOf(timer), due.includes(timer) ? 1 : 0);
    },
  };
  const pass = (ms: number): void => {
    for (const end = now + ms; ;) {
      const next = due.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= end);
      if (!next) return void (now = end);
      now = next.at;
      due.splice(due.indexOf(next), 1);
      next.action();
    }
  };
  return { timers, pass, pending: () => due.length };
}

function watch(durationMs: number | undefined, once: boolean) {
  const { timers, pass, pending } = virtualTimers();
  const state = { connections: 0, active: 0, bytesIn: 0, bytesOut: 0, ends: 0 };
  const lifetime = watchLifetime(
    { durationMs, once },
    () => state,
    () => state.ends++,
    timers,
  );
  return { state, pass, pending, lifetime };
}

describe("the lifetime of a server", () => {
  test("is over after its duration", () => {
    const { state, pass } = watch(5_000, false);
    pass(4_999);
    expect(state.ends).toBe(0);
    pass(1);
    expect(state.ends).toBe(1);
  });

  test("is over a second after the last connection of the first test has closed", () => {
    const { state, pass } = watch(undefined, true);
    pass(10_000);
    Object.assign(state, { connections: 1, active: 0 });
    pass(10_000);
    Object.assign(state, { connections: 3, active: 3, bytesOut: 1 });
    pass(10_000);
    Object.assign(state, { active: 0 });
    pass(900);
    expect(state.ends).toBe(0);
    pass(200);
    expect(state.ends).toBeGreaterThan(0);
  });

  test("goes on while clients come and go, however short their connections are", () => {
    const { state, pass } = watch(undefined, true);
    for (let i = 1; i < 20; i++) {
      Object.assign(state, { connections: i, active: 0, bytesIn: i });
      pass(900);
    }
    expect(state.ends).toBe(0);
  });

  test("has no end by itself, and leaves no timer behind", () => {
    expect(watch(undefined, false).pending()).toBe(0);
    const { lifetime, pending } = watch(1_000, true);
    expect(pending()).toBe(2);
    lifetime[Symbol.dispose]();
    expect(pending()).toBe(0);
  });
});
