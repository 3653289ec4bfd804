import { expect, test } from "bun:test";
import { commonWindowOf, ratesWithin, type TimedPart } from "./common-window.ts";

/** A part that does 10 messages a second of 1 byte. */
const part = (openedMs: number, seconds: number, changes: Partial<TimedPart> = {}): TimedPart => ({
  ...{ openedMs, durationMs: seconds * 1_000, isCutShort: false, connections: 1 },
  ...{ messages: seconds * 10, bytes: seconds * 10, uploaded: seconds * 4, bytesSent: seconds * 10 },
  rows: Array.from({ length: seconds }, (_, i) => ({
    ...{ startMs: i * 1_000, endMs: (i + 1) * 1_000, messages: 10, bytes: 10, uploaded: 4 },
  })),
  ...changes,
});

const rateOf = (...parts: readonly TimedPart[]): number => ratesWithin(parts, commonWindowOf(parts)).messagesPerSecond;

test("the common window begins with the last part and ends with the first", () => {
  expect(commonWindowOf([part(1_000, 10), part(1_020, 10), part(990, 10)])).toEqual({ startMs: 1_020, endMs: 10_990 });
  expect(commonWindowOf([part(0, 2), part(5_000, 2)])).toEqual({ startMs: 5_000, endMs: 5_000 });
});

test("a part that was cut short bounds it only when all were", () => {
  expect(commonWindowOf([part(0, 10), part(0, 2, { isCutShort: true })])).toEqual({ startMs: 0, endMs: 10_000 });
  const both = [part(0, 3, { isCutShort: true }), part(0, 2, { isCutShort: true })];
  expect(commonWindowOf(both)).toEqual({ startMs: 0, endMs: 2_000 });
});

test("two parts apart never make a rate that was not there", () => {
  expect(rateOf(part(0, 10), part(0, 10))).toBe(20);
  expect(rateOf(part(0, 10), part(4_500, 10))).toBe(20);
  expect(rateOf(part(0, 10), part(20_000, 10))).toBe(0);
});

test("what a part did outside of the common window does not count, by its rows", () => {
  // All 10 messages of the first part came in its first second, before the other began.
  const early = part(0, 2, {
    messages: 10,
    rows: [{ startMs: 0, endMs: 1_000, messages: 10, bytes: 10, uploaded: 0 }],
  });
  expect(rateOf(early, part(1_000, 2))).toBe(10);
});

test("each way has a rate of the common window too", () => {
  const cut = part(0, 2, { isCutShort: true });
  expect(ratesWithin([part(0, 4), cut], commonWindowOf([part(0, 4), cut])).uploadedBytesPerSecond).toBe(6);
});

test("without rows a part did what it did evenly", () => {
  expect(rateOf(part(0, 10, { rows: [] }), part(5_000, 10, { rows: [] }))).toBe(20);
});

test("one window has the exact counts of all parts, whatever their rows lack", () => {
  expect(rateOf(part(0, 10, { messages: 101 }), part(0, 10))).toBe(20.1);
});
