import { expect, test } from "bun:test";
import type { Interval } from "../../lib/result/run-result.ts";
import { intervalsToCsv, renderInterval } from "./interval-rows.ts";

const row: Interval = {
  ...{ startMs: 1_000, endMs: 1_500, messages: 50, bytes: 0, uploadedBytes: null, errors: 1, retransmits: 3 },
  rttNs: { p50: 20_000, p99: 30_000, max: 31_000 },
  histogram: null,
  tcp: { rttUs: 45, cwnd: 12.5, samples: 1 },
};

test("a row in words: percentiles only where there were messages, and a stream has bytes only", () => {
  expect(renderInterval(row)).toBe(
    "    1.5s        100 messages/s      0 B/s  p50 20.0 µs  p99 30.0 µs  max 31.0 µs  errors 1  retransmits 3",
  );
  const silent = { ...row, messages: 0 };
  expect(renderInterval(silent)).toContain("0 messages/s      0 B/s  p50       –  p99       –  max       –  errors 1");
  expect(renderInterval({ ...silent, bytes: 500 })).toBe("    1.5s  1.00 kB/s  errors 1  retransmits 3");
  const both = { ...silent, bytes: 500, uploadedBytes: 100, retransmits: null };
  expect(renderInterval(both)).toBe("    1.5s  up   200 B/s  down   800 B/s  errors 1");
});

test("rows as CSV: what the kernel did not say is left empty", () => {
  expect(intervalsToCsv([row, { ...row, retransmits: null, tcp: null, uploadedBytes: 400 }]).split("\n")).toEqual([
    "start_ms,end_ms,messages,bytes,messages_per_second,bytes_per_second,rtt_p50_ns,rtt_p99_ns,rtt_max_ns,errors,retransmits,tcp_rtt_us,cwnd,uploaded_bytes",
    "1000.000,1500.000,50,0,100.000,0.000,20000,30000,31000,1,3,45,12.5,",
    "1000.000,1500.000,50,0,100.000,0.000,20000,30000,31000,1,,,,400",
    "",
  ]);
});
