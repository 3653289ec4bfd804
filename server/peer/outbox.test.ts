import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createStore } from "../echo/echo.fixture.ts";
import { Outbox } from "./outbox.ts";

/** A channel that takes a given number of bytes at each write, and keeps them. */
function slowChannel(allowances: readonly number[]) {
  const taken: number[] = [];
  const left = [...allowances];
  return {
    taken,
    write(bytes: Uint8Array, offset: number, length: number): number {
      const accepted = Math.min(length, left.shift() ?? length);
      if (accepted > 0) taken.push(...bytes.subarray(offset, offset + accepted));
      return accepted;
    },
  };
}

describe("Outbox", () => {
  test("keeps the unsent tail when the socket takes 2 of 5 bytes", () => {
    const outbox = new Outbox(createStore());
    outbox.keep(Buffer.from("hello"), 0, 5);
    const channel = slowChannel([2]);
    expect(outbox.flush(channel)).toBe(2);
    expect(outbox.pendingBytes).toBe(3);
    outbox.flush(channel);
    expect(Buffer.from(channel.taken).toString()).toBe("hello");
    expect(outbox.pendingBytes).toBe(0);
  });

  test("fills the room that the last run has before it asks for more memory", () => {
    const asked: number[] = [];
    const outbox = new Outbox({
      keep(bytes, offset, length) {
        asked.push(length);
        const roomy = new Uint8Array(4);
        roomy.set(bytes.subarray(offset, offset + length));
        return roomy;
      },
      release() {},
    });
    for (const byte of "hello!") outbox.keep(Buffer.from(byte), 0, 1);
    expect(asked).toEqual([1, 1]);
    const channel = slowChannel([1, 2, 3]);
    while (outbox.pendingBytes > 0) outbox.flush(channel);
    expect(Buffer.from(channel.taken).toString()).toBe("hello!");
  });

  test("keeps everything while the channel takes nothing", () => {
    const outbox = new Outbox(createStore());
    outbox.keep(Buffer.from("hello"), 1, 4);
    expect(outbox.flush({ write: () => 0 })).toBe(0);
    expect(outbox.pendingBytes).toBe(4);
  });

  test("gives back what was sent, and at the end what was not", () => {
    const store = createStore();
    const outbox = new Outbox(store);
    for (const word of ["one", "two", "six"]) outbox.keep(Buffer.from(word), 0, 3);
    outbox.flush(slowChannel([3, 2]));
    expect(store.released).toBe(1);
    outbox.clear();
    expect(store.released).toBe(3);
  });

  test("gives out every byte once and in order, however it is split and however little is taken", () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 20 });
    const allowances = fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 60 });
    fc.assert(
      fc.property(chunks, allowances, (all, takes) => {
        const outbox = new Outbox(createStore());
        const channel = slowChannel(takes);
        for (const chunk of all) {
          outbox.keep(chunk, 0, chunk.length);
          outbox.flush(channel);
        }
        const kept = all.reduce((sum, chunk) => sum + chunk.length, 0);
        expect(outbox.pendingBytes).toBe(kept - channel.taken.length);
        for (let i = 0; i < 100 && outbox.pendingBytes > 0; i++) outbox.flush(channel);
        expect(channel.taken).toEqual(all.flatMap((chunk) => [...chunk]));
      }),
    );
  });
});
