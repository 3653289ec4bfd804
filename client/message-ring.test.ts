import { expect, test } from "bun:test";
import fc from "fast-check";
import { MessageRing } from "./message-ring.ts";

test("gives back ends and start times in order, like a queue, beside the rings of others", () => {
  const operations = fc.array(fc.constantFrom("push", "stamp", "shift"), { maxLength: 200 });
  fc.assert(
    fc.property(operations, fc.integer({ min: 1, max: 5 }), (all, capacity) => {
      const cells = MessageRing.cells(3, capacity);
      const ring = new MessageRing(cells, 1, capacity);
      const queue: Array<{ end: number; start: number | undefined }> = [];
      all.forEach((operation, time) => {
        if (operation === "push" && queue.length < capacity) {
          ring.push(1_000 + time);
          queue.push({ end: 1_000 + time, start: undefined });
        } else if (operation === "stamp") {
          ring.stamp(time + 1);
          for (const message of queue) message.start ??= time + 1;
        } else if (operation === "shift" && queue[0]?.start !== undefined) {
          expect(ring.oldestEnd).toBe(queue[0].end);
          expect(ring.shift()).toBe(queue.shift()?.start ?? -1);
        }
        expect(ring.length).toBe(queue.length);
      });
      const others = [...cells.subarray(0, capacity * 2), ...cells.subarray(capacity * 4)];
      expect(others.every((value) => value === 0)).toBe(true);
    }),
  );
});
