import { describe, expect, test } from "bun:test";
import { type Break, findPatterns } from "./patterns.ts";

const at = (seconds: number, changes: Partial<Break> = {}): Break => ({
  ...{ at: seconds * 1_000, connection: 0, ageMs: 1_000 * (7 + ((seconds * 37) % 100)), silentMs: 1_000 },
  ...changes,
});

const kinds = (breaks: readonly Break[], connections = 1): string[] =>
  findPatterns(breaks, connections).map(({ kind, ms }) => `${kind} ${ms}`);

describe("what breaks have in common", () => {
  test("nothing, when they are random or too few", () => {
    expect(kinds([at(10), at(95), at(300), at(310), at(999)])).toEqual([]);
    expect(kinds([at(100, { ageMs: 300_000 }), at(400, { ageMs: 300_000 })])).toEqual([]);
  });

  test("the age of the connections", () => {
    const ages = [300_100, 299_900, 300_050, 300_000];
    const breaks = ages.map((ageMs, i) => at(100 + i * 777 + i * i * 90, { ageMs }));
    expect(kinds(breaks)).toEqual(["lifetime 300050"]);
  });

  test("the time from one to the next", () => {
    expect(kinds([at(60), at(120), at(180), at(240.2), at(300)])).toEqual(["period 60000"]);
  });

  test("the moment, on most connections", () => {
    const once = (second: number): Break[] =>
      [0, 1, 2].map((connection) => at(second + connection / 10, { connection }));
    expect(kinds([...once(17), ...once(400)], 4)).toEqual(["together null"]);
    expect(kinds([at(17), at(400, { connection: 1 })], 4)).toEqual([]);
    // They have the same age because they were opened together, which is no sign of a limited lifetime.
    expect(
      kinds(
        once(17).map((each) => ({ ...each, ageMs: 5_000 })),
        3,
      ),
    ).toEqual(["together null"]);
  });

  test("a silence before them", () => {
    const breaks = [310, 650, 1_300].map((second) => at(second, { silentMs: 300_000 + second }));
    expect(kinds(breaks)).toEqual(["idle 300310"]);
  });

  test("failed connects do not count as breaks", () => {
    expect(kinds([60, 120, 180, 240].map((second) => at(second, { ageMs: null })))).toEqual([]);
  });
});
