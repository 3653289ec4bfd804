import { expect, test } from "bun:test";
import { ProgressSampler, renderProgress } from "./progress.ts";
import { counterIndex, openThreadCounters } from "../measure/thread-counters.ts";

function count(counters: ReturnType<typeof openThreadCounters>, messages: number, rttNs: number): void {
  for (let i = 0; i < messages; i++) {
    counters.values[counterIndex.messages] = (counters.values[counterIndex.messages] ?? 0) + 1;
    counters.values[counterIndex.bytesReceived] = (counters.values[counterIndex.bytesReceived] ?? 0) + 100;
    counters.rtt.record(rttNs);
  }
}

test("shows rates and percentiles since the last sample, of all threads together", () => {
  const threads = [openThreadCounters(), openThreadCounters()] as const;
  const sampler = new ProgressSampler({ counters: threads, windowStartMs: 1_000 }, 10_000);
  for (const counters of threads) count(counters, 50, 10_000);
  expect(sampler.sample(1_500)).toMatchObject({ elapsedMs: 500, messagesPerSecond: 200, bytesPerSecond: 20_000 });
  count(threads[0], 300, 5_000_000);
  const recent = sampler.sample(2_000);
  expect(recent.messagesPerSecond).toBe(600);
  expect(recent.p50Ns).toBeWithin(4_990_000, 5_010_000);
});

test("says that it is warming up, and shows no rates then", () => {
  const sampler = new ProgressSampler({ counters: [openThreadCounters()], windowStartMs: 1_000 }, undefined);
  expect(renderProgress(sampler.sample(500))).toBe("warm-up");
});

test("one line of rates, percentiles and errors", () => {
  const figures = {
    ...{ elapsedMs: 12_345, durationMs: 30_000, messagesPerSecond: 123_456.7, bytesPerSecond: 126_400_000 },
    ...{ p50Ns: 45_000, p99Ns: 110_000, errors: 0 },
  };
  const line = "12s of 30s  123,457 messages/s  126 MB/s  p50 45.0 µs  p99 110 µs  errors 0";
  expect(renderProgress(figures)).toBe(line);
  const stream = { ...figures, messagesPerSecond: 0, p50Ns: 0, p99Ns: 0 };
  expect(renderProgress(stream)).toBe("12s of 30s  126 MB/s  errors 0");
});
