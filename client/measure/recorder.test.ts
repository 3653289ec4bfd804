import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { summarizeLatency } from "../../lib/latency/latency-summary.ts";
import { Recorder, type RecorderSettings } from "./recorder.ts";
import { counterIndex, openThreadCounters, threadMemory } from "./thread-counters.ts";

const settings = { sizeClasses: [], countsConnectsInWindow: false };

function planned(startNs: number, endNs: number, changes: Partial<RecorderSettings> = {}) {
  const all = { ...settings, ...changes };
  const counters = openThreadCounters(threadMemory(all.sizeClasses.length));
  const edges: string[] = [];
  const recorder = new Recorder(
    counters,
    { opened: () => edges.push("opened"), closed: () => edges.push("closed") },
    all,
  );
  recorder.plan(startNs, endNs);
  return { counters, edges, recorder };
}

describe("Recorder", () => {
  test("counts what happens within the window, not before and not after", () => {
    const { counters, edges, recorder } = planned(100, 200);
    for (const [now, bytes] of [
      [99, 1],
      [100, 10],
      [199, 100],
      [200, 1_000],
    ] as const) {
      recorder.reach(now);
      recorder.sent(bytes);
      recorder.received(bytes);
    }
    expect(edges).toEqual(["opened", "closed"]);
    expect(counters.values[counterIndex.bytesSent]).toBe(110);
    expect(counters.values[counterIndex.bytesReceived]).toBe(110);
  });

  test("opens and closes even when no time within the window was seen", () => {
    const { edges, recorder } = planned(100, 200);
    recorder.reach(500);
    expect(edges).toEqual(["opened", "closed"]);
    expect(recorder.isOpen).toBe(false);
  });

  test("may be closed before its end, and stays closed", () => {
    const { edges, recorder } = planned(100, 200);
    recorder.reach(150);
    recorder.close();
    recorder.reach(160);
    recorder.reach(999);
    expect(edges).toEqual(["opened", "closed"]);
  });

  test("counts connects whenever they happen, or within the window only", () => {
    for (const [countsConnectsInWindow, expected] of [
      [false, 3],
      [true, 1],
    ] as const) {
      const { counters, recorder } = planned(100, 200, { countsConnectsInWindow });
      for (const now of [50, 150, 250]) {
        recorder.reach(now);
        recorder.connected(5);
        recorder.lifetime(9);
      }
      expect(counters.values[counterIndex.connected]).toBe(expected);
      expect(summarizeLatency(counters.life).count).toBe(1);
    }
  });

  test("counts message sizes separately", () => {
    const sizeClasses = [64, 1_500].map((bytes) => ({ minBytes: bytes, maxBytes: bytes }));
    const { counters, recorder } = planned(0, 1_000, { sizeClasses });
    recorder.reach(0);
    recorder.message(10, 64);
    recorder.message(20, 1_500);
    recorder.message(30, 1_500);
    expect(counters.sizes.map((histogram) => summarizeLatency(histogram).count)).toEqual([1, 2]);
    expect(summarizeLatency(counters.rtt).count).toBe(3);
  });

  test("for any sequence of times, counts exactly those of the window", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 50 }), (steps) => {
        const { counters, recorder } = planned(1_000, 3_000);
        let now = 0;
        let expected = 0;
        for (const step of steps) {
          now += step;
          recorder.reach(now);
          recorder.received(1);
          if (recorder.isOpen) recorder.message(step + 1, 1);
          if (now >= 1_000 && now < 3_000) expected++;
        }
        expect(counters.values[counterIndex.bytesReceived]).toBe(expected);
        expect(counters.values[counterIndex.messages]).toBe(expected);
        expect(summarizeLatency(counters.rtt).count).toBe(expected);
      }),
    );
  });
});
