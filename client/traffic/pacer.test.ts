import { expect, test } from "bun:test";
import { createArrivals } from "./arrivals.ts";
import { Pacer, type PacerLoop } from "./pacer.ts";

/** A clock that moves when something waits for it. */
class TestLoop implements PacerLoop {
  now = 0;
  /** the next socket event, which ends an idle wait */
  socketNs = Number.POSITIVE_INFINITY;
  readonly idled: number[] = [];
  #pending: { atNs: number; action: () => void } | undefined;

  nowNs = (): number => this.now;

  after(delayMs: number, action: () => void): () => void {
    this.#pending = { atNs: this.now + delayMs * 1e6, action };
    return () => (this.#pending = undefined);
  }

  soon(action: () => void): void {
    this.#pending = { atNs: this.now, action };
  }

  idle(untilNs: number): void {
    this.idled.push(untilNs);
    this.now = Math.max(this.now, Math.min(untilNs, this.socketNs));
    this.socketNs = Number.POSITIVE_INFINITY;
  }

  /** Does what comes next. @returns whether there was anything */
  step(): boolean {
    const next = this.#pending;
    if (!next) return false;
    this.#pending = undefined;
    this.now = Math.max(this.now, next.atNs);
    next.action();
    return true;
  }
}

function paced(messagesPerSecond: number, slots: number) {
  const clock = new TestLoop();
  const numberOf = (slot: number): number => slot;
  const arrivals = createArrivals({
    kind: "constant",
    messagesPerSecond,
    connections: slots,
    slots,
    shard: { index: 0, of: 1 },
    numberOf,
    seed: 1,
  });
  arrivals.begin(0);
  const sent: Array<{ slot: number; due: number; at: number }> = [];
  const pacer: Pacer = new Pacer(slots, (slot, nowNs) => send(slot, nowNs), clock);
  const send = (slot: number, nowNs: number): void => {
    for (let due = arrivals.due(slot); due <= nowNs; due = arrivals.due(slot)) {
      sent.push({ slot, due, at: nowNs });
      arrivals.advance(slot);
    }
    pacer.wait(slot, arrivals.due(slot));
  };
  for (let slot = 0; slot < slots; slot++) send(slot, 0);
  return { clock, pacer, sent };
}

test("wakes every connection when its message is due, none before and each once", () => {
  const { clock, sent } = paced(20_000, 3);
  while (clock.now < 10e6) clock.step();
  expect(sent.map(({ due }) => due)).toEqual(sent.map((_, k) => k * 50_000));
  expect(sent.map(({ slot }) => slot)).toEqual(sent.map((_, k) => k % 3));
  expect(sent.every(({ due, at }) => at === due)).toBe(true);
});

test("sleeps on a timer while nothing is due for long, and is awake before the time", () => {
  const { clock, sent } = paced(10, 1);
  clock.step();
  expect(clock.idled).toEqual([100e6]);
  expect(sent.at(-1)).toEqual({ slot: 0, due: 100e6, at: 100e6 });
});

test("lets the event loop serve a socket that wants it, and waits on", () => {
  const { clock, sent } = paced(1_000, 1);
  clock.socketNs = 300_000;
  clock.step();
  expect(clock.now).toBe(300_000);
  expect(sent).toHaveLength(1);
  clock.step();
  expect(sent.at(-1)).toEqual({ slot: 0, due: 1e6, at: 1e6 });
});

test("a connection that asks while a timer runs for a later one is woken at its own time", () => {
  const clock = new TestLoop();
  const woken: number[] = [];
  const pacer = new Pacer(2, (slot) => woken.push(slot), clock);
  pacer.wait(0, 500e6);
  pacer.wait(1, 20e6);
  clock.step();
  expect({ woken, now: clock.now }).toEqual({ woken: [1], now: 20e6 });
  clock.step();
  expect({ woken, now: clock.now }).toEqual({ woken: [1, 0], now: 500e6 });
});

test("is silent when nobody waits", () => {
  const clock = new TestLoop();
  const pacer = new Pacer(1, () => {}, clock);
  pacer.wait(0, 1e6);
  expect(clock.step()).toBe(true);
  expect(clock.step()).toBe(false);
});
