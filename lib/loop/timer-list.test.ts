import { expect, test } from "bun:test";
import fc from "fast-check";
import { TimerList } from "./timer-list.ts";

test("does what is due in the order of its times, and nothing before", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { maxLength: 40 }), fc.nat(1_000), (times, nowNs) => {
      const timers = new TimerList();
      const done: number[] = [];
      for (const time of times) timers.add(time, () => done.push(time));
      timers.runDue(nowNs);
      const due = times.filter((time) => time <= nowNs).toSorted((a, b) => a - b);
      expect(done).toEqual(due);
      const later = times.filter((time) => time > nowNs);
      expect(timers.earliestNs).toBe(Math.min(...later, Number.POSITIVE_INFINITY));
    }),
  );
});

test("forgets what is cancelled, and cancelling twice takes no other one", () => {
  const timers = new TimerList();
  const done: string[] = [];
  const cancel = timers.add(5, () => done.push("a"));
  timers.add(5, () => done.push("b"));
  cancel();
  cancel();
  timers.runDue(5);
  expect(done).toEqual(["b"]);
});

test("a timer may add another that is due at once", () => {
  const timers = new TimerList();
  const done: string[] = [];
  timers.add(1, () => {
    done.push("first");
    timers.add(2, () => done.push("second"));
  });
  timers.runDue(3);
  expect(done).toEqual(["first", "second"]);
});
