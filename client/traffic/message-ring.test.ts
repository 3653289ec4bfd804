import { expect, test } from "bun:test";
import fc from "fast-check";
import { MessageRing } from "./message-ring.ts";

test("gives back ends, due times and offers in order, like a queue, beside the rings of others", () => {
  const operations = fc.array(fc.constantFrom("push", "offer", "shift"), { maxLength: 200 });
  fc.assert(
    fc.property(operations, fc.integer({ min: 1, max: 5 }), (all, capacity) => {
      const cells = MessageRing.cells(3, capacity);
      const ring = new MessageRing(cells, 1, capacity);
      const queue: Array<{ end: number; due: number; offer: number | undefined }> = [];
      all.forEach((operation, time) => {
        if (operation === "push" && queue.length < capacity) {
          ring.push(1_000 + time, 2_000 + time);
          queue.push({ end: 1_000 + time, due: 2_000 + time, offer: undefined });
        } else if (operation === "offer") {
          ring.offer(time + 1);
          for (const message of queue) message.offer ??= time + 1;
        } else if (operation === "shift" && queue[0]?.offer !== undefined) {
          const { oldestEnd, oldestDue, oldestOffer } = ring;
          expect({ end: oldestEnd, due: oldestDue, offer: oldestOffer }).toMatchObject(queue[0]);
          ring.shift();
          queue.shift();
        }
        expect(ring.length).toBe(queue.length);
      });
      const others = [...cells.subarray(0, capacity * 3), ...cells.subarray(capacity * 6)];
      expect(others.every((value) => value === 0)).toBe(true);
    }),
  );
});
