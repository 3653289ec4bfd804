import { describe, expect, test } from "bun:test";
import { type PauseFigures, Pauses } from "./pauses.ts";

describe("pauses", () => {
  test("are times of more than 1 ms between two looks at the sockets", () => {
    const pauses = new Pauses();
    for (const ns of [Number.NEGATIVE_INFINITY, 0, 1e6, 2e6, 5e6, 3e6]) pauses.note(ns);
    expect(pauses.figures).toEqual({ count: 3, totalNs: 10e6, longestNs: 5e6 });
  });

  test("can be forgotten", () => {
    const pauses = new Pauses();
    pauses.note(2e6);
    const kept = pauses.figures;
    pauses.reset();
    expect(pauses.figures).toEqual({ count: 0, totalNs: 0, longestNs: 0 });
    expect(kept.count).toBe(1);
  });
});

describe("up to a moment before a pause has ended", () => {
  const MS = 1e6;
  const paused = (...all: readonly number[]): Pauses => {
    const pauses = new Pauses();
    for (const ms of all) pauses.note(ms * MS);
    return pauses;
  };

  test.each<[readonly number[], number, object]>([
    [[5, 100], 0, { count: 2, totalNs: 105 * MS, longestNs: 100 * MS }],
    [[5, 100], 60, { count: 2, totalNs: 45 * MS, longestNs: 40 * MS }],
    [[50, 100], 60, { count: 2, totalNs: 90 * MS, longestNs: 50 * MS }],
    [[5, 100], 99.5, { count: 1, totalNs: 5 * MS, longestNs: 5 * MS }],
    [[5, 100], 300, { count: 1, totalNs: 5 * MS, longestNs: 5 * MS }],
    [[100, 0.5], 60, { count: 1, totalNs: 100 * MS, longestNs: 100 * MS }],
  ])("of %j ms, %d ms ago", (all, agoMs, expected) => {
    expect(paused(...all).figuresUntil(agoMs * MS)).toEqual(expected as PauseFigures);
  });
});
