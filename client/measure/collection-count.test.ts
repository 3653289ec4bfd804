import { expect, test } from "bun:test";
import { CollectionCount } from "./collection-count.ts";

const makeGarbage = (): number => Array.from({ length: 1e4 }, (_, i) => ({ i })).length;

test("a heap that became smaller was collected", () => {
  Bun.gc(true);
  const count = new CollectionCount();
  makeGarbage();
  count.look();
  expect(count.seen).toBe(0);
  Bun.gc(true);
  count.look();
  expect(count.seen).toBe(1);
  count.reset();
  expect(count.seen).toBe(0);
});
