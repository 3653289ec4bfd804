import { expect, test } from "bun:test";
import { LOOKS, Turns } from "./looks.ts";

/** The slots at which each of so many calls looks, with a mark behind those that end a round. */
function looksOf(turns: Turns, calls: number): string[] {
  return Array.from({ length: calls }, () => {
    const slots: number[] = [];
    const isOver = turns.take((slot) => slots.push(slot));
    return slots.join(" ") + (isOver ? "." : "");
  });
}

test("each slot has its turn once in so many looks", () => {
  expect(looksOf(new Turns(LOOKS), LOOKS + 1)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9.", "0"]);
});

test("a look takes several slots where there are many, and ends with the last one", () => {
  expect(looksOf(new Turns(25), 10)).toEqual([
    ...["0 1 2", "3 4 5", "6 7 8", "9 10 11", "12 13 14", "15 16 17", "18 19 20", "21 22 23", "24."],
    "0 1 2",
  ]);
});

test("a look takes no more than the most at once", () => {
  expect(looksOf(new Turns(50, 2), 3)).toEqual(["0 1", "2 3", "4 5"]);
});

test("one slot has its turn in every look", () => {
  expect(looksOf(new Turns(1), 2)).toEqual(["0.", "0."]);
});
