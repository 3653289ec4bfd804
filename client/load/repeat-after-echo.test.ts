import { expect, test } from "bun:test";
import { TimerList } from "../../lib/loop/timer-list.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import { repeatAfterEcho } from "./repeat-after-echo.ts";

const PERIOD_MS = 10;

/** A loop whose turns the test takes. */
class Loop implements LoopClock {
  served?: number;
  readonly #timers = new TimerList();
  #now = 0;

  readonly standstillNs = 0;
  readonly nowNs = (): number => this.#now;
  readonly soon = (): void => {};
  readonly idle = (): void => {};
  readonly after = (ms: number, action: () => void): (() => void) => this.#timers.add(this.#now + ms * 1e6, action);

  turn(afterMs: number): void {
    // Time passes: what a timer adds is for the next turn.
    const nowNs = this.#now + afterMs * 1e6;
    this.#now = nowNs + 1;
    this.#timers.runDue(nowNs);
  }
}

function start(served: number | undefined) {
  const loop = new Loop();
  if (served !== undefined) loop.served = served;
  const done: number[] = [];
  const end = repeatAfterEcho(loop, PERIOD_MS, () => done.push(loop.served ?? -1));
  loop.turn(PERIOD_MS);
  return { loop, done, end };
}

test("waits for the turn after an echo", () => {
  const { loop, done } = start(5);
  loop.turn(0.1);
  expect(done).toEqual([]);
  loop.served = 6;
  loop.turn(0.1);
  expect(done).toEqual([6]);
  loop.served = 7;
  loop.turn(PERIOD_MS);
  expect(done).toEqual([6]);
  loop.served = 8;
  loop.turn(0.1);
  expect(done).toEqual([6, 8]);
});

test("does not wait for an echo that does not come", () => {
  const { loop, done } = start(5);
  for (let turn = 0; turn < 20; turn++) loop.turn(0.1);
  expect(done).toEqual([5]);
});

test("waits for one echo at a time, also where turns take as long as the period", () => {
  const { loop, done, end } = start(5);
  for (let turn = 0; turn < 3; turn++) loop.turn(PERIOD_MS);
  loop.served = 6;
  loop.turn(0.1);
  loop.turn(0.1);
  expect(done).toEqual([6]);
  for (let turn = 0; turn < 3; turn++) loop.turn(PERIOD_MS);
  end();
  loop.served = 7;
  for (let turn = 0; turn < 20; turn++) loop.turn(PERIOD_MS);
  expect(done).toEqual([6]);
});

test("does not wait where the loop does not count what it serves", () => {
  expect(start(undefined).done).toEqual([-1]);
});

test("does nothing once it is ended, also while it waits for an echo", () => {
  const { loop, done, end } = start(5);
  end();
  loop.served = 6;
  loop.turn(0.1);
  loop.turn(PERIOD_MS);
  expect(done).toEqual([]);
});
