import { expect, test } from "bun:test";
import { Budget } from "./budget.ts";
import { streamPieceBytes, StreamTraffic } from "./stream-traffic.ts";

const piece = streamPieceBytes(undefined);

function stream(bytes?: number) {
  const budget = new Budget(
    { messages: undefined, bytes },
    () => piece,
    () => {},
  );
  budget.arm(0, 0);
  return { budget, traffic: new StreamTraffic(budget) };
}

test("stays a little ahead of what the socket has taken, whatever has come back", () => {
  const { traffic } = stream();
  expect(traffic.commit(0, 0)).toBe(4 * piece);
  expect(traffic.commit(0, 0)).toBe(4 * piece);
  expect(traffic.commit(0, 3 * piece)).toBe(7 * piece);
});

test("ends at a limit of bytes, within a piece", () => {
  const { traffic } = stream(piece + 5);
  expect(traffic.commit(0, 0)).toBe(piece + 5);
  expect(traffic.isSpent).toBe(true);
});

test("does not wait on and on for single bytes once nothing more is sent", () => {
  const { budget, traffic } = stream();
  traffic.commit(0, 0);
  traffic.offered(0);
  traffic.returned(1, 1e9);
  expect(traffic.awaitedSinceNs).toBe(1e9);
  budget.close();
  traffic.returned(2, 2e9);
  expect(traffic.awaitedSinceNs).toBeWithin(1e9, 1.001e9);
  traffic.returned(100_000, 3e9);
  expect(traffic.awaitedSinceNs).toBe(3e9);
});

test("waits since something came back last, and for nothing when all has", () => {
  const { traffic } = stream(100);
  expect(traffic.awaitedSinceNs).toBeUndefined();
  traffic.commit(0, 0);
  traffic.offered(1_000);
  expect(traffic.awaitedSinceNs).toBe(1_000);
  traffic.returned(60, 2_000);
  expect(traffic.awaitedSinceNs).toBe(2_000);
  traffic.returned(100, 3_000);
  expect(traffic.awaitedSinceNs).toBeUndefined();
});
