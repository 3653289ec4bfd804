import { expect, test } from "bun:test";
import { decodeLatency } from "../../lib/latency/hdr-encoding.ts";
import { IntervalSeries } from "./intervals.ts";
import { type CounterName, counterIndex, openThreadCounters } from "./thread-counters.ts";

const echoes = { hasWays: false, seesRetransmits: true };

function add(counters: ReturnType<typeof openThreadCounters>, name: CounterName, amount: number): void {
  counters.values[counterIndex[name]] = (counters.values[counterIndex[name]] ?? 0) + amount;
}

function series() {
  const threads = [openThreadCounters(), openThreadCounters()] as const;
  const [first, second] = threads;
  const rows = new IntervalSeries(threads, 1_500, echoes);
  for (const counters of threads) {
    add(counters, "bytesReceived", 6_400);
    counters.rtt.record(9_000_000, 100);
  }
  rows.tick(1_000);
  add(second, "failures", 1);
  add(second, "retransmits", 3);
  for (const [name, sum] of [
    ["kernelSamples", 2],
    ["kernelRttUs", 90],
    ["kernelCwnd", 25],
  ] as const) {
    add(second, name, sum);
  }
  first.rtt.record(20_000, 20);
  second.rtt.record(30_000, 30);
  rows.finish(1_500);
  return rows;
}

test("each row holds what all threads counted since the row before", () => {
  const [first, second] = series().rows;
  expect(first).toMatchObject({ startMs: 0, endMs: 1_000, messages: 200, bytes: 12_800, errors: 0, retransmits: 0 });
  expect(second).toMatchObject({ startMs: 1_000, endMs: 1_500, messages: 50, bytes: 0, errors: 1, retransmits: 3 });
});

test("a row's maximum is its own, not an earlier one's", () => {
  const [first, second] = series().rows;
  expect(first?.rttNs.max).toBeWithin(8_990_000, 9_010_000);
  expect(second?.rttNs.max).toBeWithin(29_900, 30_100);
});

test("a window that ends with the last whole row has no empty row at its end", () => {
  const rows = series();
  expect(rows.finish(1_500.5)).toBeUndefined();
  expect(rows.rows).toHaveLength(2);
});

test("what was counted in a short time after the last row has a row of its own", () => {
  const counters = openThreadCounters();
  const rows = new IntervalSeries([counters], Number.POSITIVE_INFINITY, echoes);
  counters.rtt.record(20_000);
  rows.tick(1_000);
  counters.rtt.record(30_000);
  expect(rows.tick(1_001)).toBeUndefined();
  expect(rows.finish(1_001.5)).toMatchObject({ startMs: 1_000, endMs: 1_001.5, messages: 1 });
  expect(rows.finish(1_001.6)).toBeUndefined();
});

test("a window that is short as a whole has a row, and an empty one has none", () => {
  const counters = openThreadCounters();
  const rows = new IntervalSeries([counters], 1_000, echoes);
  expect(rows.finish(0)).toBeUndefined();
  expect(rows.rows).toEqual([]);
  counters.rtt.record(20_000);
  expect(rows.finish(0.5)).toMatchObject({ startMs: 0, endMs: 0.5, messages: 1 });
});

test("a timer that fires a little before the end of the window leaves the last row whole", () => {
  const counters = openThreadCounters();
  const rows = new IntervalSeries([counters], 2_000, echoes);
  counters.rtt.record(1_000, 7);
  expect(rows.tick(1_000)).toMatchObject({ endMs: 1_000 });
  expect(rows.tick(1_999.4)).toBeUndefined();
  expect(rows.finish(2_000)).toMatchObject({ startMs: 1_000, endMs: 2_000 });
});

test("what came just before a timer that fired after the end of the load is in a row without length", () => {
  const counters = openThreadCounters();
  const rows = new IntervalSeries([counters], Number.POSITIVE_INFINITY, echoes);
  rows.tick(1_010);
  counters.rtt.record(20_000);
  expect(rows.finish(1_003)).toMatchObject({ startMs: 1_010, endMs: 1_010, messages: 1 });
});

test("a timer that fires after the end of the window makes no row and leaves the counts to the last one", () => {
  const counters = openThreadCounters();
  const late = new IntervalSeries([counters], 1_000, echoes);
  counters.rtt.record(1_000, 7);
  expect(late.tick(1_000.1)).toBeUndefined();
  expect(late.finish(1_000)).toMatchObject({ startMs: 0, endMs: 1_000, messages: 7 });
});

test("a message that was counted after the histogram was read is in the next row", () => {
  const counters = openThreadCounters();
  const rows = new IntervalSeries([counters], 3_000, echoes);
  add(counters, "messages", 5);
  counters.rtt.record(20_000, 4);
  expect(rows.tick(1_000)?.messages).toBe(4);
  counters.rtt.record(20_000);
  const row = rows.tick(2_000);
  expect(row?.messages).toBe(1);
  expect(decodeLatency(row?.histogram ?? "").count).toBe(1);
});

test("a row of both ways has those that went up, and retransmits only where this end sees them", () => {
  const counters = openThreadCounters();
  add(counters, "retransmits", 3);
  const rowOf = (kind: typeof echoes) => new IntervalSeries([counters], 1_000, kind).finish(1_000);
  expect(rowOf(echoes)).toMatchObject({ uploadedBytes: null, retransmits: 3 });
  expect(rowOf({ hasWays: true, seesRetransmits: true })).toMatchObject({ uploadedBytes: 0, retransmits: 3 });
  expect(rowOf({ hasWays: false, seesRetransmits: false })).toMatchObject({ uploadedBytes: null, retransmits: null });
});
