import { expect, test } from "bun:test";
import fc from "fast-check";
import { TimerHeap } from "./timer-heap.ts";

test("gives back slots in the order of their times, for any order of pushes and pops", () => {
  const pushes = fc.array(
    fc.record({ slot: fc.nat({ max: 19 }), time: fc.nat({ max: 50 }), pops: fc.nat({ max: 2 }) }),
  );
  fc.assert(
    fc.property(pushes, (all) => {
      const queue = new TimerHeap(20);
      const model = new Map<number, number>();
      const popOne = (): void => {
        const earliest = Math.min(...model.values());
        expect(queue.earliest).toBe(earliest);
        const slot = queue.pop();
        expect(model.get(slot)).toBe(earliest);
        model.delete(slot);
      };
      for (const { slot, time, pops } of all) {
        queue.push(slot, time);
        if (!model.has(slot)) model.set(slot, time);
        for (let i = 0; i < pops && model.size > 0; i++) popOne();
      }
      while (model.size > 0) popOne();
      expect(queue.earliest).toBe(Number.POSITIVE_INFINITY);
    }),
  );
});
