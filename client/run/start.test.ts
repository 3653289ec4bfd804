import { expect, test } from "bun:test";
import { awaitStart, lateStart } from "./start.ts";

const AT = 1_000_000;
const at = { atMs: AT, isCommon: true };
const { signal: never } = new AbortController();

/** A wait that begins at a time of the wall clock, which is ahead of the absolute time by so much. */
function waitFrom(wallMs: number, { leadMs = 0, mayBeLate = false, gapMs = 0, stop = never } = {}) {
  const clocks = { absoluteMs: () => wallMs - leadMs, wallLeadMs: () => leadMs };
  return awaitStart({ at, mayBeLate }, 3, gapMs, clocks, stop, () => {});
}

test("a load starts at the time that it was given, in this process's own time", async () => {
  expect(await waitFrom(AT - 50)).toEqual({ atMs: AT, wallLeadMs: 0 });
  expect(await waitFrom(AT - 50, { leadMs: 7_000 })).toEqual({ atMs: AT - 7_000, wallLeadMs: 7_000 });
});

test("a load without a start begins as soon as the threads can", async () => {
  const clocks = { absoluteMs: () => 100, wallLeadMs: () => 0 };
  const start = await awaitStart({ at: undefined, mayBeLate: false }, 3, 0, clocks, never, () => {});
  expect(start.atMs).toBeWithin(100, 110);
});

test("a load that is late is refused, by how much, or starts at once", async () => {
  await expect(waitFrom(AT + 1_200)).rejects.toThrow(
    '--start-at "1970-01-01T00:16:40.000Z": the connections were open 1.2s too late',
  );
  expect((await waitFrom(AT + 1_200, { mayBeLate: true })).atMs).toBeWithin(AT + 1_200, AT + 1_210);
});

test("a late load keeps its place between the messages of the others", () => {
  expect(lateStart(AT, AT + 1_201, 10)).toBe(AT + 1_210);
  expect(lateStart(AT, AT + 1_210, 10)).toBe(AT + 1_210);
  expect(lateStart(AT, AT - 1, 10)).toBe(AT);
});

test("a wait ends with a stop", async () => {
  const stop = new AbortController();
  const waiting = waitFrom(AT - 1e6, { stop: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow("interrupted before the load began");
});
