import { expect, test } from "bun:test";
import fc from "fast-check";
import { MessageRing } from "./message-ring.ts";

test("gives back ends and times in order, like a queue, beside the rings of others", () => {
  const operations = fc.array(fc.constantFrom("push", "offer", "shift"), { maxLength: 200 });
  fc.assert(
    fc.property(operations, fc.integer({ min: 1, max: 5 }), (all, capacity) => {
      const cells = MessageRing.cells(3, capacity);
      const ring = new MessageRing(cells, 1, capacity);
      const queue: Array<{ end: number; due: number; room: number; offer: number | undefined }> = [];
      /** when the messages that are no longer in flight came back, latest last */
      const returns = Array.from({ length: capacity }, () => 0);
      all.forEach((operation, time) => {
        if (operation === "push" && queue.length < capacity) {
          ring.push(1_000 + time, 2_000 + time);
          const room = returns.at(-capacity + queue.length) ?? 0;
          queue.push({ end: 1_000 + time, due: 2_000 + time, room, offer: undefined });
        } else if (operation === "offer") {
          const writableSince = time - (time % 3);
          ring.offer(time + 1, writableSince);
          for (const message of queue.filter(({ offer }) => offer === undefined)) {
            message.room = Math.max(message.room, writableSince);
            message.offer = time + 1;
          }
        } else if (operation === "shift" && queue[0]?.offer !== undefined) {
          const { oldestEnd, oldestDue, oldestRoom, oldestOffer } = ring;
          expect({ end: oldestEnd, due: oldestDue, room: oldestRoom, offer: oldestOffer }).toMatchObject(queue[0]);
          ring.shift(time);
          returns.push(time);
          queue.shift();
        }
        expect(ring.length).toBe(queue.length);
      });
      const others = [...cells.subarray(0, capacity * 4), ...cells.subarray(capacity * 8)];
      expect(others.every((value) => value === 0)).toBe(true);
    }),
  );
});
