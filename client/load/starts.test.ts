import { expect, test } from "bun:test";
import { createPayload } from "../payload/payload.ts";
import { PayloadTable } from "../../lib/payload/payload-table.ts";
import { Starts } from "./starts.ts";

const table = new PayloadTable(createPayload({ kind: "random" }, 1));
const threadOf = (threads: number, index: number, connections: number, seed = 7) =>
  new Starts({ seed, threads, index, shard: { index: 0, of: 1, connections }, slots: connections / threads }, table);

/** Where so many connections of each slot start, on every thread. */
const startsOf = (threads: number, connections: number, perSlot: number): number[] =>
  Array.from({ length: threads }, (_, index) => threadOf(threads, index, connections)).flatMap((starts) =>
    Array.from({ length: connections / threads }, (_, slot) => slot).flatMap((slot) =>
      Array.from({ length: perSlot }, () => starts.next(slot)),
    ),
  );

test("every connection starts somewhere of its own, on every thread and after others in its slot", () => {
  expect(new Set(startsOf(1, 1, 5_000)).size).toBe(5_000);
  expect(new Set(startsOf(4, 20, 500)).size).toBe(10_000);
});

test("the same seed repeats the starts of a slot, whatever the other slots did meanwhile", () => {
  const [one, other] = [threadOf(2, 1, 8), threadOf(2, 1, 8)];
  for (let i = 0; i < 10; i++) other.next(0);
  const three = (starts: Starts) => Array.from({ length: 3 }, () => starts.next(2));
  expect(three(other)).toEqual(three(one));
  expect(three(threadOf(2, 1, 8, 8))).not.toEqual(three(threadOf(2, 1, 8)));
});

test("knows whether other connections sent bytes too, or sent them before", () => {
  const alone = threadOf(1, 0, 1);
  alone.next(0);
  expect(alone.othersThan(0)).toBe("none");
  alone.next(0);
  expect(alone.othersThan(0)).toBe("earlier");
  expect(threadOf(1, 0, 2).othersThan(0)).toBe("any");
});
