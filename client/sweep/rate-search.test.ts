import { describe, expect, test } from "bun:test";
import { RateSearch } from "./rate-search.ts";

/** Searches where rates up to `limit` keep the bounds. */
function search(limit: number, start: number) {
  let current = new RateSearch(start);
  const tried: number[] = [];
  for (let rate = current.next; rate !== undefined; rate = current.next) {
    tried.push(rate);
    current = current.told(rate, rate <= limit);
  }
  return { rate: current.kept, lowestBroken: current.broken, tried };
}

describe("the search for the highest rate that keeps the bounds", () => {
  test("finds it to 5 %, from above and from below", () => {
    for (const start of [1_000, 60_000, 500_000]) {
      const { rate = 0, lowestBroken = 0, tried } = search(50_000, start);
      expect(rate).toBeWithin(47_500, 50_001);
      expect(lowestBroken).toBeWithin(50_000, 52_600);
      expect(tried.length).toBeLessThan(14);
    }
  });

  test("begins with what it is given, and halves while that is too much", () => {
    expect(search(10, 100).tried.slice(0, 4)).toEqual([100, 50, 25, 12.5]);
  });

  test("gives up where no rate keeps them, and where every rate does", () => {
    expect(search(0, 1_000)).toMatchObject({ rate: undefined });
    expect(search(0, 1_000).tried.length).toBeLessThan(13);
    expect(search(Number.POSITIVE_INFINITY, 1_000)).toMatchObject({ lowestBroken: undefined });
  });
});
