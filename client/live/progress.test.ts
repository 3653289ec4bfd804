import { describe, expect, test } from "bun:test";
import { phaseOf, progressOf, type RunLimits } from "./progress.ts";

const none: RunLimits = { durationMs: undefined, messages: undefined, bytes: undefined };

describe("progressOf", () => {
  test("before the load starts nothing is known", () => {
    const advance = { elapsedMs: undefined, messages: 0, bytes: 0 };
    expect(progressOf(advance, { ...none, durationMs: 1_000 })).toEqual({ share: 0, leftMs: undefined });
  });

  test("the rest of the warm-up is part of the time that is left", () => {
    const advance = { elapsedMs: -500, messages: 0, bytes: 0 };
    expect(progressOf(advance, { ...none, durationMs: 1_000 })).toEqual({ share: 0, leftMs: 1_500 });
  });

  test("a limit of messages or bytes takes as long as the part before it, in proportion", () => {
    const advance = { elapsedMs: 1_000, messages: 25, bytes: 10 };
    expect(progressOf(advance, { ...none, messages: 100 })).toEqual({ share: 0.25, leftMs: 3_000 });
    expect(progressOf(advance, { ...none, bytes: 20 })).toEqual({ share: 0.5, leftMs: 1_000 });
    expect(progressOf({ ...advance, messages: 0 }, { ...none, messages: 100 }).leftMs).toBeUndefined();
  });

  test("the first of several limits counts", () => {
    const advance = { elapsedMs: 1_000, messages: 25, bytes: 0 };
    expect(progressOf(advance, { ...none, durationMs: 2_000, messages: 100 })).toEqual({ share: 0.5, leftMs: 1_000 });
    expect(progressOf(advance, { ...none, durationMs: 8_000, messages: 50 })).toEqual({ share: 0.5, leftMs: 1_000 });
  });
});

test("a run connects, waits, warms up, is measured, finishes and is over", () => {
  expect(phaseOf(undefined, 0, false, 100)).toBe("connecting");
  expect(phaseOf(-101, 0, false, 100)).toBe("waiting");
  expect(phaseOf(-100, 0, false, 100)).toBe("warm-up");
  expect(phaseOf(0, 0, false, 100)).toBe("measuring");
  expect(phaseOf(1_000, 1, false, 100)).toBe("finishing");
  expect(phaseOf(1_000, 1, true, 100)).toBe("over");
});
