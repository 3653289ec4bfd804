/** A unit: how it is written, other names by which it is read, and how many base units it is. */
interface Unit {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly factor: number;
}

// Every unit is listed once, for reading and for writing; of each kind the largest is first.

/** Time, in nanoseconds. */
const hour: Unit = { name: "h", factor: 3_600e9 };
const minute: Unit = { name: "m", factor: 60e9 };
const second: Unit = { name: "s", factor: 1e9 };
const millisecond: Unit = { name: "ms", factor: 1e6 };
const microsecond: Unit = { name: "µs", aliases: ["us"], factor: 1e3 };
const nanosecond: Unit = { name: "ns", factor: 1 };
const durationUnits = [hour, minute, second, millisecond];
const latencyUnits = [second, millisecond, microsecond, nanosecond];

/** Sizes, in bytes. */
const byte: Unit = { name: "B", aliases: [""], factor: 1 };
const decimalSizes: readonly Unit[] = [
  { name: "TB", factor: 1e12 },
  { name: "GB", factor: 1e9 },
  { name: "MB", factor: 1e6 },
  { name: "kB", factor: 1e3 },
  byte,
];
const binarySizes: readonly Unit[] = [
  { name: "GiB", aliases: ["G"], factor: 2 ** 30 },
  { name: "MiB", aliases: ["M"], factor: 2 ** 20 },
  { name: "KiB", aliases: ["K"], factor: 2 ** 10 },
];

/** Line rates, in bits a second. */
const bitRates: readonly Unit[] = [
  { name: "Gbit/s", factor: 1e9 },
  { name: "Mbit/s", factor: 1e6 },
  { name: "kbit/s", factor: 1e3 },
  { name: "bit/s", factor: 1 },
];

/** Counts. */
const countUnits: readonly Unit[] = [
  { name: "M", factor: 1e6 },
  { name: "k", factor: 1e3 },
  { name: "", factor: 1 },
];

type Reader = (text: string) => number | undefined;

const asWritten = (name: string): string => name;
const caseless = (name: string): string => name.toLowerCase();

/**
 * Makes a reader of amounts such as `1.5k` or `64 KiB`. It returns undefined for anything else, and for an amount too
 * large for a number.
 * @param base the unit of the result
 */
function reader(units: readonly Unit[], fold = asWritten, base = 1): Reader {
  const factors = new Map(
    units.flatMap(({ name, aliases = [], factor }) => [name, ...aliases].map((each) => [fold(each), factor / base])),
  );
  return (text) => {
    const [, amount, name = ""] = /^(\d+(?:\.\d+)?) ?([a-zµ]*)$/i.exec(text) ?? [];
    const value = Number(amount) * (factors.get(fold(name)) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  };
}

const readDuration = reader(durationUnits, asWritten, millisecond.factor);
const readSize = reader([...decimalSizes, ...binarySizes], caseless);
const readRate = reader(countUnits, caseless);

/** Milliseconds of `500ms`, `30s`, `2m`, `1h`, `1m30s` or a bare `0`; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  if (/^0+$/.test(text)) return 0;
  const parts = text.match(/[\d.]+[a-z]+/g) ?? [];
  if (parts.length === 0 || parts.join("") !== text) return undefined;
  const totalMs = parts.reduce((sum, part) => sum + (readDuration(part) ?? Number.NaN), 0);
  return Number.isFinite(totalMs) ? totalMs : undefined;
}

/**
 * Bytes of `1024`, `64k`, `64KiB` (powers of 1024) or `1MB` (powers of 1000), in upper or lower case.
 * Undefined for anything else, a fraction of a byte included.
 */
export function parseSizeBytes(text: string): number | undefined {
  const bytes = readSize(text) ?? Number.NaN;
  // 1.1 times 1000 is not quite 1100 in floating point.
  const whole = Math.round(bytes);
  return Number.isSafeInteger(whole) && Math.abs(bytes - whole) <= whole * Number.EPSILON ? whole : undefined;
}

/** The number a second of `5000`, `10k`, `10k/s` or `1.5M/s`, in upper or lower case; undefined for anything else. */
export const parseRatePerSecond = (text: string): number | undefined => readRate(text.replace(/\/s$/i, ""));

/** Nanoseconds of `250us`, `250µs` or `2ms`; undefined for anything else. */
export const parseLatencyNs: Reader = reader(latencyUnits);

/** The number of `5000`, `10k` or `1.5M`; undefined for anything else. */
export const parseCount: Reader = reader(countUnits);

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
export const formatBitRate = (bytesPerSecond: number): string => scaled(bytesPerSecond * 8, bitRates);

/** A latency given in nanoseconds: `123 µs`. */
export const formatLatency = (ns: number): string => scaled(Math.round(ns), latencyUnits);

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

/** A duration as text that `parseDurationMs` reads back to the same number. */
export function durationText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}
