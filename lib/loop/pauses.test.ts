import { describe, expect, test } from "bun:test";
import { Pauses } from "./pauses.ts";

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
