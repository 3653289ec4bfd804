import {
  hour,
  minute,
  second,
  millisecond,
  latencyUnits,
  byte,
  decimalSizes,
  binarySizes,
  bitRates,
  countUnits,
  BITS_PER_BYTE,
  type Unit,
} from "./units.ts";

/** Three significant digits or all of the integer: 1.23, 12.3, 123, 1234. */
function threeDigits(value: number): string {
  const decimals = value >= 99.95 || value === 0 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(decimals);
}

/** Writes a value in the largest unit in which it is at least 1 once rounded. */
function scaled(value: number, units: readonly Unit[]): string {
  const fits = units.find(({ factor }) => Number((value / factor).toPrecision(3)) >= 1);
  const { factor, name } = fits ?? units.at(-1) ?? { factor: 1, name: "" };
  return `${factor === 1 && Number.isInteger(value) ? value : threeDigits(value / factor)} ${name}`;
}

/** A setting, in powers of 1024 when that is exact: `65536` is `64 KiB`, `1000000` is `1.00 MB`. */
export function formatSize(bytes: number): string {
  const { factor, name } = binarySizes.find((unit) => bytes % unit.factor === 0 && bytes >= unit.factor) ?? byte;
  return factor > 1 || bytes < 10_000 ? `${bytes / factor} ${name}` : formatBytes(bytes);
}

/** Sizes from the smallest to the largest: `64 B`, `1,024 to 2,047 B`. */
export const formatSizeRange = (min: number, max: number): string =>
  min === max ? formatSize(min) : `${formatCount(min)} to ${formatCount(max)} B`;

/** An amount of data, in powers of 1000: `1.23 GB`. */
export const formatBytes = (bytes: number): string => scaled(bytes, decimalSizes);

/** A rate of data given in bytes a second: `1.23 GB/s`. */
export const formatByteRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

/** A rate of data given in bytes a second, as line rates are named: `9.84 Gbit/s`. */
export const formatBitRate = (bytesPerSecond: number): string => scaled(bytesPerSecond * BITS_PER_BYTE, bitRates);

/** A latency given in nanoseconds: `123 µs`. */
export const formatLatency = (ns: number): string => scaled(Math.round(ns), latencyUnits);

/** A whole number with thousands separators: `1,234,567`. */
export const formatCount = (value: number): string => Math.round(value).toLocaleString("en-US");

/** A whole number in as little room as can be: `999`, `12.3k`, `1.23M`. */
export const formatShortCount = (value: number): string => scaled(Math.round(value), countUnits).replace(" ", "");

/** One value as a multiple of another: `×1.46`, `×0.012`. */
export const formatRatio = (ratio: number): string =>
  `×${ratio < 0.1 ? Number(ratio.toPrecision(2)) : threeDigits(ratio)}`;

/** A rate as it was given, with the decimals that a slow one has: `3,000/s`, `0.5/s`. */
export const formatRate = (perSecond: number): string =>
  `${perSecond.toLocaleString("en-US", { maximumFractionDigits: 3 })}/s`;

/** Digits that are right in a number that was computed. */
const EXACT_DIGITS = 12;

/** A part of 1 as a percentage, as it was given: `5.5 %`. @param digits fewer where it is only about so much */
export const formatPercent = (part: number, digits = EXACT_DIGITS): string =>
  `${Number((part * 100).toPrecision(digits))} %`;

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

/** A time in UTC, to the second: `2026-01-02T03:04:05Z`. @param iso a time in ISO 8601 */
export const formatTime = (iso: string): string => `${new Date(iso).toISOString().slice(0, 19)}Z`;

/** A duration as a user would write it, which `parseDurationMs` reads back to the same number: `500ms`, `90s`, `2m`, `1h`. */
export function durationText(ms: number): string {
  if (ms === 0 || ms % 1_000 !== 0) return `${ms}ms`;
  const unit = [hour, minute, second].find(({ factor }) => (ms * millisecond.factor) % factor === 0) ?? second;
  return `${(ms * millisecond.factor) / unit.factor}${unit.name}`;
}
