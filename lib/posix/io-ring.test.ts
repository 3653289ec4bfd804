import { afterAll, describe, expect, test } from "bun:test";
import { epollAvailable } from "./epoll.ts";
import { IoRing } from "./io-ring.ts";
import { closeDescriptor } from "./libc.ts";
import { Addresses, pinnedBytes } from "./memory.ts";
import { resultError, WOULD_BLOCK } from "./socket.ts";
import { connectedPairs } from "./socket-pairs.fixture.ts";

const ring = epollAvailable ? IoRing.open(8) : undefined;

describe.if(ring !== undefined)("a ring of system calls", () => {
  if (!ring) return;
  const addresses = new Addresses();
  const bytes = pinnedBytes(1_000);
  afterAll(() => ring.close());
  const results = (count: number): Map<number, number> =>
    new Map(Array.from({ length: count }, (_, i) => [ring.tagAt(i), ring.resultAt(i)]));

  test("runs the queued calls, also when the queue wraps around, and returns each result under its tag", () => {
    using pairs = connectedPairs(5);
    for (let round = 0; round < 20; round++) {
      bytes.fill(round, 0, 500);
      for (const [i, [left]] of pairs.all.entries()) ring.send(left, addresses.of(bytes, 0, 10 + i), 10 + i, 100 + i);
      expect([...results(ring.submit())]).toEqual([10, 11, 12, 13, 14].map((sent, i) => [100 + i, sent]));
      for (const [i, [, right]] of pairs.all.entries()) {
        ring.receive(right, addresses.of(bytes, 500 + i * 100, 100), 100, i);
      }
      expect([...results(ring.submit())]).toEqual([10, 11, 12, 13, 14].map((received, i) => [i, received]));
      expect(bytes.subarray(900, 914)).toEqual(new Uint8Array(14).fill(round));
    }
  });

  test("does not wait, and returns errors as negated numbers", () => {
    using pairs = connectedPairs(2);
    const [[quiet], [gone, peer]] = pairs.all as [[number, number], [number, number]];
    closeDescriptor(peer);
    pairs.release(peer);
    ring.receive(quiet, addresses.of(bytes, 0, 10), 10, 1);
    ring.receive(gone, addresses.of(bytes, 0, 10), 10, 2);
    ring.send(-1, addresses.of(bytes, 0, 10), 10, 3);
    const found = results(ring.submit());
    expect([found.get(1), found.get(2)]).toEqual([WOULD_BLOCK, 0]);
    expect(resultError(found.get(3) ?? 0)).toBe("EBADF");
  });

  test("refuses more calls than it has room for", () => {
    for (let i = 0; i < ring.capacity; i++) ring.receive(-1, addresses.of(bytes, 0, 1), 1, i);
    expect(() => ring.receive(-1, addresses.of(bytes, 0, 1), 1, 0)).toThrow(RangeError);
    expect(ring.submit()).toBe(8);
  });
});
