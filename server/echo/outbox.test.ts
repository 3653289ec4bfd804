import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createStore } from "./echo.fixture.ts";
import { Outbox } from "./outbox.ts";

/** A socket that takes as many bytes as it is told at each write, and keeps them. */
function stingySink(allowances: readonly number[]) {
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
    const sink = stingySink([2]);
    expect(outbox.flush(sink)).toBe(true);
    expect(outbox.pendingBytes).toBe(3);
    outbox.flush(sink);
    expect(Buffer.from(sink.taken).toString()).toBe("hello");
    expect(outbox.pendingBytes).toBe(0);
  });

  test("says when the socket is closed, and loses nothing of the count", () => {
    const outbox = new Outbox(createStore());
    outbox.keep(Buffer.from("hello"), 1, 4);
    expect(outbox.flush({ write: () => -1 })).toBe(false);
    expect(outbox.pendingBytes).toBe(4);
  });

  test("gives back what was sent, and at the end what was not", () => {
    const store = createStore();
    const outbox = new Outbox(store);
    for (const word of ["one", "two", "six"]) outbox.keep(Buffer.from(word), 0, 3);
    outbox.flush(stingySink([3, 2]));
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
        const sink = stingySink(takes);
        for (const chunk of all) {
          outbox.keep(chunk, 0, chunk.length);
          outbox.flush(sink);
        }
        const kept = all.reduce((sum, chunk) => sum + chunk.length, 0);
        expect(outbox.pendingBytes).toBe(kept - sink.taken.length);
        for (let i = 0; i < 100 && outbox.pendingBytes > 0; i++) outbox.flush(sink);
        expect(sink.taken).toEqual(all.flatMap((chunk) => [...chunk]));
      }),
    );
  });
});
