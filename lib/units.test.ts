import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  durationText,
  formatBitRate,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  formatSize,
  parseCount,
  parseDurationMs,
  parseLatencyNs,
  parseRatePerSecond,
  parseSizeBytes,
} from "./units.ts";

describe("parseDurationMs", () => {
  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5s", 1_500],
    ["1m30s", 90_000],
    ["0", 0],
  ])("reads %s", (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  test.each(["", "30", "s", "-1s", "1 s", "1s2", "1d", "1e3s", "∞", "1S", "1us", "1.5.5s", `${"9".repeat(400)}s`])(
    "does not understand %p",
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );

  test("reads back what durationText writes", () => {
    fc.assert(fc.property(fc.nat(), (ms) => expect(parseDurationMs(durationText(ms))).toBe(ms)));
  });
});

describe("parseRatePerSecond", () => {
  test.each([
    ["5000", 5_000],
    ["10k/s", 10_000],
    ["10k", 10_000],
    ["1.5M/s", 1_500_000],
    ["0.5/s", 0.5],
    ["10 K/S", 10_000],
    ["10m", 10_000_000],
    ["10k/m", undefined],
    ["10G", undefined],
    ["9".repeat(400), undefined],
    ["-1", undefined],
    ["fast", undefined],
  ])("reads %s", (text, rate) => expect(parseRatePerSecond(text)).toBe(rate));
});

describe("parseSizeBytes", () => {
  test.each([
    ["1024", 1_024],
    ["64k", 65_536],
    ["64K", 65_536],
    ["64KiB", 65_536],
    ["64kB", 64_000],
    ["1MB", 1_000_000],
    ["1m", 1_048_576],
    ["2 GiB", 2_147_483_648],
    ["1.5k", 1_536],
    ["1.1kB", 1_100],
    ["8.29MB", 8_290_000],
    ["10B", 10],
    ["1TB", 1_000_000_000_000],
    ["1gb", 1_000_000_000],
  ])("reads %s", (text, bytes) => expect(parseSizeBytes(text)).toBe(bytes));

  test.each(["", "k", "-1", "1.5", "1kk", "1 000", "0x10", "1e3", "9999999GB"])("does not understand %p", (text) => {
    expect(parseSizeBytes(text)).toBeUndefined();
  });

  test("reads back what formatSize writes of a whole number of KiB", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 20 }), (kib) => {
        expect(parseSizeBytes(formatSize(kib * 1_024))).toBe(kib * 1_024);
      }),
    );
  });
});

test("latencies and counts are read as they are written in thresholds", () => {
  expect(["2ms", "250us", "250µs", "1.5 s", "7ns"].map(parseLatencyNs)).toEqual([2e6, 250e3, 250e3, 1.5e9, 7]);
  expect(["2", "1m", "1MS", "ms", ""].map(parseLatencyNs)).toEqual(Array(5).fill(undefined));
  expect(["5000", "10k", "1.5M", "10K", "10m"].map(parseCount)).toEqual([5_000, 10_000, 1.5e6, undefined, undefined]);
});

test("reading gives back what was written, to three digits", () => {
  const isNear = (read: number | undefined, value: number): void => {
    expect(Math.abs((read ?? Number.NaN) - value)).toBeLessThanOrEqual(value * 0.005);
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e15 }), (value) => {
      isNear(parseLatencyNs(formatLatency(value)), value);
      isNear(parseSizeBytes(formatBytes(value)), value);
    }),
  );
});

describe("formatting", () => {
  test.each([
    [0, "0 ns"],
    [950, "950 ns"],
    [999.6, "1.00 µs"],
    [1_234, "1.23 µs"],
    [12_345, "12.3 µs"],
    [123_456, "123 µs"],
    [999_950, "1.00 ms"],
    [1_500_000_000, "1.50 s"],
    [60_000_000_000, "60.0 s"],
  ])("a latency of %p ns", (ns, text) => expect(formatLatency(ns)).toBe(text));

  test.each([
    [0, "0ms"],
    [850, "850ms"],
    [999.7, "1s"],
    [1_000, "1s"],
    [30_500, "30.5s"],
    [59_960, "1m 00s"],
    [125_000, "2m 05s"],
    [3_723_000, "1h 02m 03s"],
  ])("a duration of %p ms", (ms, text) => expect(formatDuration(ms)).toBe(text));

  test("amounts and rates", () => {
    expect(formatBytes(999)).toBe("999 B");
    expect(formatBytes(1_234_567_890)).toBe("1.23 GB");
    expect(formatByteRate(126_400_000)).toBe("126 MB/s");
    expect(formatBitRate(126_400_000)).toBe("1.01 Gbit/s");
    expect(formatCount(1_234_567.4)).toBe("1,234,567");
    expect(formatSize(65_536)).toBe("64 KiB");
    expect(formatSize(100)).toBe("100 B");
    expect(formatSize(1_000_000)).toBe("1.00 MB");
  });
});
