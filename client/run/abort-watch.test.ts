import { describe, expect, test } from "bun:test";
import { encodeLatency } from "../../lib/latency/hdr-encoding.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import type { Interval } from "../../lib/result/run-result.ts";
import { parseAbortCondition } from "../options/abort-condition.ts";
import { AbortWatch } from "./abort-watch.ts";

/** A row without messages. */
const NONE = -1;

/** Rows of a second, each with one round trip of so many ms, whose timers fired up to 8 ms late. */
function rowsOf(...roundTripsMs: readonly number[]): Interval[] {
  const lateMs = (i: number): number => (i === 0 ? 0 : (i * 5) % 9);
  return roundTripsMs.map((ms, i) => {
    const rtt = new LatencyHistogram();
    if (ms !== NONE) rtt.record(ms * 1e6);
    const max = rtt.range.max;
    return {
      ...{ startMs: i * 1_000 + lateMs(i), endMs: (i + 1) * 1_000 + lateMs(i + 1) },
      ...{
        messages: ms === NONE ? 0 : 1,
        bytes: ms === NONE ? 0 : 1_024,
        uploadedBytes: null,
        errors: 0,
        retransmits: 0,
        tcp: null,
      },
      rttNs: { p50: max, p99: max, max },
      histogram: ms === NONE ? null : encodeLatency(rtt),
    };
  });
}

function watchOf(...conditions: readonly string[]): AbortWatch {
  const parsed = conditions.map((text) => {
    const condition = parseAbortCondition(text);
    if (!condition) throw new Error(`not understood: ${text}`);
    return condition;
  });
  return new AbortWatch(parsed, 1_000);
}

/** The number of the row that ended the run, from 1; 0 if none did. */
function endedBy(conditions: readonly string[], ...roundTripsMs: readonly number[]): number {
  const watch = watchOf(...conditions);
  return rowsOf(...roundTripsMs).findIndex((row) => watch.see(row)) + 1;
}

describe("what ends a run early", () => {
  test.each([
    ["the first row without a time", "p99>50ms", [1, 60, 60], 2],
    ["nothing while no row fulfils it", "p99>50ms", [1, 2, 3], 0],
    ["rows in a row for that time, though timers are late", "p99>50ms for 3s", [1, 60, 60, 60, 60], 4],
    ["a time between two rows asks for the later one", "p99>50ms for 2100ms", [60, 60, 60, 60], 3],
    ["a row that does not fulfil it begins again", "p99>50ms for 3s", [60, 60, 1, 60, 60, 60], 6],
    ["time without messages counts", "p99>50ms for 3s", [60, NONE, 60, 60], 3],
    ["also when no message comes any more", "p99>50ms for 3s", [60, NONE, NONE, NONE], 3],
    ["but no streak begins with it", "p99>50ms for 3s", [1, NONE, 60, 60, 60], 5],
    ["a count has a value in each row", "messages<1 for 2s", [1, NONE, 1, NONE, NONE], 5],
    ["a rate too", "throughput<1kB/s", [1, 1, NONE], 3],
  ] as const)("%s: %s", (_, condition, roundTripsMs, row) => expect(endedBy([condition], ...roundTripsMs)).toBe(row));

  test("each condition has a streak of its own", () => {
    expect(endedBy(["p99>50ms for 3s", "p99>20ms for 4s"], 60, 30, 30, 30)).toBe(4);
    expect(endedBy(["p99>20ms for 4s", "max<10ms for 1s"], 60, 30, 1)).toBe(3);
  });

  test("says what ended the run and when, once", () => {
    const watch = watchOf("errors>0", " p99 > 50ms for 2s ");
    const ends = rowsOf(60, 60, 60).map((row) => watch.see(row));
    expect(ends).toEqual([false, true, false]);
    expect(watch.aborted).toEqual({ expression: "p99 > 50ms for 2s", atMs: 2_001 });
  });

  test("nothing without conditions", () => {
    const watch = watchOf();
    expect(rowsOf(60).map((row) => watch.see(row))).toEqual([false]);
    expect(watch.aborted).toBeNull();
  });
});
