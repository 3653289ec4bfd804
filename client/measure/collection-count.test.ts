import { expect, test } from "bun:test";
import { CollectionCount } from "./collection-count.ts";

test("collections are counted, once between two looks", () => {
  const count = new CollectionCount();
  const look = (): number => {
    count.look();
    return count.seen;
  };
  expect([look(), look()]).toEqual([0, 0]);
  Bun.gc(true);
  Bun.gc(true);
  expect([look(), look()]).toEqual([1, 1]);
  Bun.gc(true);
  expect(look()).toBe(2);
  count.reset();
  expect([count.seen, look()]).toEqual([0, 0]);
});
