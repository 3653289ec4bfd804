import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ValueError } from "../errors.ts";
import {
  parseByteRate,
  parseCount,
  parseDurationMs,
  parseLatencyNs,
  parseRatePerSecond,
  parseSizeBytes,
} from "./parse-units.ts";
import {
  durationText,
  formatBitRate,
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  formatSize,
} from "./format-units.ts";

describe("parseDurationMs", () => {
  test.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5s", 1_500],
    ["1m30s", 90_000],
    ["2m 05s", 125_000],
    ["1h 02m 03s", 3_723_000],
    ["1.50 s", 1_500],
    ["500us", 0.5],
    ["500\u00b5s", 0.5],
    ["500\u03bcs", 0.5],
    ["0", 0],
  ])("reads %s", (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  test.each([
    "",
    "30",
    "s",
    "-1s",
    "1s2",
    "1d",
    "1e3s",
    "0x1s",
    "1_000s",
    "∞",
    "1S",
    "1.5.5s",
    "1  s",
    "1s1s",
    "30s1m",
    "1m2h",
    "1us1\u00b5s",
  ])("does not understand %p", (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });

  test.each(["99999999999h", `${"9".repeat(400)}s`, "2501999792h 59m 59s"])(
    "%p is more than a number can count",
    (text) => expect(parseDurationMs(text)).toBe(Number.POSITIVE_INFINITY),
  );

  test.each([
    [0, "0ms"],
    [500, "500ms"],
    [1_500, "1500ms"],
    [30_000, "30s"],
    [60_000, "1m"],
    [90_000, "90s"],
    [7_200_000, "2h"],
  ])("%p ms is written as a user would", (ms, text) => expect(durationText(ms)).toBe(text));

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
    ["200,000/s", 200_000],
    ["2,00/s", undefined],
    ["10M", 10_000_000],
    ["10Mbit/s", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    ["1_000", undefined],
    ["", undefined],
    ["10k/m", undefined],
    ["10G", undefined],
    ["9".repeat(400), Number.POSITIVE_INFINITY],
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
    ["1KB", 1_000],
    ["1KIB", 1_024],
    ["1 PiB", 2 ** 50],
    ["9.00 PB", 9e15],
  ])("reads %s", (text, bytes) => expect(parseSizeBytes(text)).toBe(bytes));

  test.each(["", "k", "-1", "1.5", "1kk", "1 000", "1_000", "0x10", "1e3", "1,0", "1.5b", "0.3kbit.", "10G/s"])(
    "does not understand %p",
    (text) => {
      expect(parseSizeBytes(text)).toBeUndefined();
    },
  );

  test.each(["9999999GB", "9007199254740993", "9".repeat(400)])("%p is more than a number can count", (text) =>
    expect(parseSizeBytes(text)).toBe(Number.POSITIVE_INFINITY),
  );

  test("reads back what formatSize writes of a whole number of KiB", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 20 }), (kib) => {
        expect(parseSizeBytes(formatSize(kib * 1_024))).toBe(kib * 1_024);
      }),
    );
  });
});

test("latencies and counts are read as they are written in thresholds", () => {
  expect(["2ms", "250us", "250\u00b5s", "250\u03bcs", "1.5 s", "7ns"].map(parseLatencyNs)).toEqual([
    2e6, 250e3, 250e3, 250e3, 1.5e9, 7,
  ]);
  expect(["2", "1MS", "ms", "", "-1ms", "1_0ms"].map(parseLatencyNs)).toEqual(Array(6).fill(undefined));
  expect(["5000", "10k", "1.5M", "10K", "1,234,567"].map(parseCount)).toEqual([
    5_000, 10_000, 1.5e6, 10_000, 1_234_567,
  ]);
});

describe("a rate of data", () => {
  const byGigabit = ["1Gbit/s", "1 Gbit/s", "1gbit/s", "1Gbit", "1gbits/s", "1Gb/s", "1Gb", "1Gbps", "1Gbitps"];
  test.each(byGigabit)("%s is in bits", (text) => expect(parseByteRate(text)).toBe(125e6));

  test.each([
    ["1GB/s", 1e9],
    ["1GB", 1e9],
    ["1GBps", 1e9],
    ["1.5 MB/s", 1.5e6],
    ["1GiB/s", 2 ** 30],
    ["1Gibit/s", 2 ** 27],
    ["1Gib/s", 2 ** 27],
    ["8 kbit/s", 1_000],
    ["8kbit", 1_000],
    ["8bit/s", 1],
    ["8Kb/s", 1_000],
    ["800 B/s", 800],
    ["9 Mbit/s", 1_125_000],
    ["1GB/m", undefined],
    ["1Gbit/h", undefined],
    ["-1GB/s", undefined],
    ["1e9B/s", undefined],
    ["1MBit/s", 125_000],
    ["1MBIT/S", 125_000],
    ["1KiBit/s", 128],
    ["1GBits", 125e6],
    ["1MB/S", 1e6],
    ["1MiB/S", 2 ** 20],
    [`${"9".repeat(400)}GB/s`, Number.POSITIVE_INFINITY],
    ["100k messages", undefined],
    ["", undefined],
  ])("%s", (text, bytes) => expect(parseByteRate(text)).toBe(bytes));

  test("is read back as the report prints it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e15 }), (bytes) => {
        for (const text of [formatByteRate(bytes), formatBitRate(bytes)]) {
          expect(Math.abs((parseByteRate(text) ?? Number.NaN) - bytes)).toBeLessThanOrEqual(bytes * 0.005);
        }
      }),
    );
  });
});

describe("what can be read in two ways is refused with both", () => {
  test.each([
    [parseSizeBytes, "1Mb", "1Mb is bits, and a size is in bytes: write 1MB or 125kB for 1 Mbit"],
    [parseSizeBytes, "1Mbit", "1Mbit is bits, and a size is in bytes: write 1MB or 125kB for 1 Mbit"],
    [parseSizeBytes, "2mb", "2mb may be bits or bytes: write 2MB or 250kB for 2 Mbit"],
    [parseSizeBytes, "64kb", "64kb may be bits or bytes: write 64kB or 8kB for 64 kbit"],
    [parseSizeBytes, "1gib", "1gib may be bits or bytes: write 1GiB or 134.217728MB for 1 Gibit"],
    [parseSizeBytes, "8b", "8b may be bits or bytes: write 8B or 1B for 8 bit"],
    [parseSizeBytes, "1b", "1b may be bits or bytes: write 1B"],
    [parseSizeBytes, "0.5kb", "0.5kb may be bits or bytes: write 0.5kB"],
    [parseByteRate, "1G/s", "1G/s may be bits or bytes: write 1GB/s or 1Gbit/s"],
    [parseByteRate, "1m", "1m may be bits or bytes: write 1MB/s or 1Mbit/s"],
    [parseByteRate, "100mbps", "100mbps may be bits or bytes: write 100MB/s or 100Mbit/s"],
    [parseByteRate, "100MBPS", "100MBPS may be bits or bytes: write 100MB/s or 100Mbit/s"],
    [parseByteRate, "1gb/s", "1gb/s may be bits or bytes: write 1GB/s or 1Gbit/s"],
    [parseByteRate, "5kb/s", "5kb/s may be bits or bytes: write 5kB/s or 5kbit/s"],
    [parseByteRate, "1000000", "1000000 may be bits or bytes: write 1000000B/s or 1000000bit/s"],
    [parseRatePerSecond, "10m/s", "10m may be millions or thousandths: write 10M or 0.01"],
    [parseCount, "10m", "10m may be millions or thousandths: write 10M or 0.01"],
    [parseLatencyNs, "1m", "1m may be milliseconds or minutes: write 1ms or 60s"],
  ] as const)("%p", (parse, text, message) => {
    expect(() => parse(text)).toThrow(new ValueError(message));
  });
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
