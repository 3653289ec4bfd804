const durationUnitsMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const binary = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };
const decimal = { k: 1e3, m: 1e6, g: 1e9 };
const sizeUnits: Record<string, number> = {
  "": 1,
  b: 1,
  k: binary.k,
  kib: binary.k,
  kb: decimal.k,
  m: binary.m,
  mib: binary.m,
  mb: decimal.m,
  g: binary.g,
  gib: binary.g,
  gb: decimal.g,
};

/** Milliseconds of `500ms`, `30s`, `2m`, `1h`, `1m30s` or a bare `0`; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  if (/^0+$/.test(text)) return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    totalMs += Number(amount) * (durationUnitsMs[unit ?? ""] ?? Number.NaN);
  }
  return totalMs;
}

/**
 * Bytes of `1024`, `64k`, `64KiB` (powers of 1024) or `1MB` (powers of 1000), whatever the case.
 * Undefined for anything else, a fraction of a byte included.
 */
export function parseSizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text);
  const unit = sizeUnits[match?.[2]?.toLowerCase() ?? "?"];
  if (!match || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const rateUnits: Record<string, number> = { "": 1, k: 1e3, m: 1e6 };

/** A second's count of `5000`, `10k`, `10k/s` or `1.5M/s`; undefined for anything else. */
export function parseRatePerSecond(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([km]?)(?:\/s)?$/i.exec(text) ?? [];
  const factor = rateUnits[unit?.toLowerCase() ?? "?"];
  return factor === undefined ? undefined : Number(amount) * factor;
}

type Scale = ReadonlyArray<readonly [factor: number, unit: string]>;

const binaryScale: Scale = [
  [binary.g, "GiB"],
  [binary.m, "MiB"],
  [binary.k, "KiB"],
  [1, "B"],
];
const decimalScale: Scale = [
  [1e12, "TB"],
  [decimal.g, "GB"],
  [decimal.m, "MB"],
  [decimal.k, "kB"],
  [1, "B"],
];
const bitScale: Scale = [
  [decimal.g, "Gbit/s"],
  [decimal.m, "Mbit/s"],
  [decimal.k, "kbit/s"],
  [1, "bit/s"],
];
const latencyScale: Scale = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/** Three significant digits or all of the integer: 1.23, 12.3, 123, 1234. */
function threeDigits(value: number): string {
  const decimals = value >= 99.95 || value === 0 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(decimals);
}

/** In the largest unit that leaves at least 1, looking at the value as it will be rounded. */
function scaled(value: number, scale: Scale): string {
  const fits = scale.find(([factor]) => Number((value / factor).toPrecision(3)) >= 1);
  const [factor, unit] = fits ?? scale.at(-1) ?? [1, ""];
  return `${factor === 1 && Number.isInteger(value) ? value : threeDigits(value / factor)} ${unit}`;
}

/** A setting, in powers of 1024 when that is exact: `65536` is `64 KiB`, `1000000` is `1.00 MB`. */
export function formatSize(bytes: number): string {
  const [factor, unit] = binaryScale.find(([each]) => bytes % each === 0 && bytes >= each) ?? [1, "B"];
  return factor > 1 || bytes < 10_000 ? `${bytes / factor} ${unit}` : formatBytes(bytes);
}

/** Sizes from the smallest to the largest: `64 B`, `1,024 to 2,047 B`. */
export const formatSizeRange = (min: number, max: number): string =>
  min === max ? formatSize(min) : `${formatCount(min)} to ${formatCount(max)} B`;

/** An amount of data, in powers of 1000: `1.23 GB`. */
export const formatBytes = (bytes: number): string => scaled(bytes, decimalScale);

/** A rate of data given in bytes a second: `1.23 GB/s`. */
export const formatByteRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** A rate of data given in bytes a second, as line rates are named: `9.84 Gbit/s`. */
export const formatBitRate = (bytesPerSecond: number): string => scaled(bytesPerSecond * 8, bitScale);

/** A latency given in nanoseconds: `123 µs`. */
export const formatLatency = (ns: number): string => scaled(Math.round(ns), latencyScale);

/** A whole number with thousands separators: `1,234,567`. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString("en-US");

const two = (value: number): string => String(value).padStart(2, "0");

/** `1 error`, `1,234 errors`. */
export const plural = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;

/** A length of time given in milliseconds: `850ms`, `30.5s`, `2m 05s`, `1h 02m 03s`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)}ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return tenths % 10 === 0 ? `${tenths / 10}s` : `${(tenths / 10).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}h ${two(m)}m ${two(s)}s` : `${m}m ${two(s)}s`;
}

/** The value as text that the parser of its unit reads back to the same number. */
export function durationText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
