import { expect, test } from "bun:test";
import { EventLoopClock } from "../transport/loop-clock.ts";
import { Redial, redialPauseMs } from "./redial.ts";

test("connects at once, then after pauses that double up to a second", () => {
  expect([0, 1, 2, 3, 4, 5, 50].map(redialPauseMs)).toEqual([0, 100, 200, 400, 800, 1_000, 1_000]);
});

test("dials the slot, unless stopped before", async () => {
  const dialled: number[] = [];
  const loop = new EventLoopClock(Bun.nanoseconds);
  const stopped = new Redial((slot) => dialled.push(slot), loop);
  stopped.schedule(1);
  stopped.stop();
  const { promise, resolve } = Promise.withResolvers<number>();
  new Redial(resolve, loop).schedule(7);
  expect(await promise).toBe(7);
  expect(dialled).toEqual([]);
});
