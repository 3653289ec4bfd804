import { describe, expect, test } from "bun:test";
import { RateSearch } from "./rate-search.ts";

/** Runs a search in which rates up to `limit` pass. */
function search(limit: number, start: number) {
  let current = new RateSearch(start);
  const tried: number[] = [];
  for (let rate = current.next; rate !== undefined; rate = current.next) {
    tried.push(rate);
    current = current.after(rate, rate <= limit);
  }
  return { rate: current.passed, lowestFailed: current.failed, tried };
}

describe("the search for the highest rate that meets the thresholds", () => {
  test("finds it within 5 %, from above and from below", () => {
    for (const start of [1_000, 60_000, 500_000]) {
      const { rate = 0, lowestFailed = 0, tried } = search(50_000, start);
      expect(rate).toBeWithin(47_500, 50_001);
      expect(lowestFailed).toBeWithin(50_000, 52_600);
      expect(tried.length).toBeLessThan(14);
    }
  });

  test("begins with the given rate, and halves it while it is too high", () => {
    expect(search(10, 100).tried.slice(0, 4)).toEqual([100, 50, 25, 13]);
  });

  test("tries each low rate once", () => {
    const { rate, tried } = search(18, 40);
    expect(rate).toBe(18);
    expect(new Set(tried).size).toBe(tried.length);
    expect(search(0, 40).tried).toEqual([40, 20, 10, 5, 3, 2, 1]);
  });

  test("ends when no rate passes, and when every rate does", () => {
    expect(search(0, 1_000)).toMatchObject({ rate: undefined });
    expect(search(0, 1_000).tried.length).toBeLessThan(13);
    expect(search(Number.POSITIVE_INFINITY, 1_000)).toMatchObject({ lowestFailed: undefined });
  });
});
