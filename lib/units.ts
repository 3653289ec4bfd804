import { ValueError } from "./errors.ts";

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
// The micro sign, the Greek letter that looks the same, and what a keyboard has.
const microsecond: Unit = { name: "\u00b5s", aliases: ["\u03bcs", "us"], factor: 1e3 };
const nanosecond: Unit = { name: "ns", factor: 1 };
const latencyUnits = [second, millisecond, microsecond, nanosecond];
const durationUnits = [hour, minute, ...latencyUnits];

/** Sizes, in bytes. */
const byte: Unit = { name: "B", factor: 1 };
const decimalSizes: readonly Unit[] = [
  { name: "PB", factor: 1e15 },
  { name: "TB", factor: 1e12 },
  { name: "GB", factor: 1e9 },
  { name: "MB", factor: 1e6 },
  { name: "kB", aliases: ["KB"], factor: 1e3 },
  byte,
];
const binarySizes: readonly Unit[] = [
  { name: "PiB", aliases: ["PIB"], factor: 2 ** 50 },
  { name: "TiB", aliases: ["TIB"], factor: 2 ** 40 },
  { name: "GiB", aliases: ["GIB"], factor: 2 ** 30 },
  { name: "MiB", aliases: ["MIB"], factor: 2 ** 20 },
  { name: "KiB", aliases: ["KIB", "kiB"], factor: 2 ** 10 },
];
const sizeUnits: readonly Unit[] = [...decimalSizes, ...binarySizes];

/** How sizes are written without the B: `64k` is 64 KiB. */
const shortSizes: readonly Unit[] = [
  { name: "", factor: 1 },
  { name: "k", aliases: ["K"], factor: 2 ** 10 },
  { name: "M", aliases: ["m"], factor: 2 ** 20 },
  { name: "G", aliases: ["g"], factor: 2 ** 30 },
];

/** Line rates, in bits a second. */
const bitRates: readonly Unit[] = [
  { name: "Tbit/s", factor: 1e12 },
  { name: "Gbit/s", factor: 1e9 },
  { name: "Mbit/s", factor: 1e6 },
  { name: "kbit/s", aliases: ["Kbit/s"], factor: 1e3 },
  { name: "bit/s", factor: 1 },
];
const binaryBitRates: readonly Unit[] = [
  { name: "Gibit/s", factor: 2 ** 30 },
  { name: "Mibit/s", factor: 2 ** 20 },
  { name: "Kibit/s", factor: 2 ** 10 },
];

/** Counts. */
const countUnits: readonly Unit[] = [
  { name: "M", factor: 1e6 },
  { name: "k", aliases: ["K"], factor: 1e3 },
  { name: "", factor: 1 },
];

const BITS_PER_BYTE = 8;

type Reader = (text: string) => number | undefined;

/** All names of a unit, in every form that `spell` gives them. */
const names = ({ name, aliases = [] }: Unit, spell = (each: string): readonly string[] => [each]): readonly string[] =>
  [name, ...aliases].flatMap(spell);

/** `1.5`, `1500` or `1,500`, as people and reports write it; no sign, no exponent, no other base. */
const AMOUNT = /^((?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?)\s?(\D*)$/;

/** Splits an amount from its unit; undefined when it does not begin with an amount. */
function split(text: string): { readonly amount: number; readonly digits: string; readonly unit: string } | undefined {
  const [, digits, unit = ""] = AMOUNT.exec(text) ?? [];
  return digits === undefined ? undefined : { amount: Number(digits.replaceAll(",", "")), digits, unit };
}

/**
 * Makes a reader of amounts such as `1.5k` or `64 KiB`. It returns undefined for anything else, and Infinity for an amount
 * that is larger than a number can count exactly.
 * @param factors of the units by name
 * @param refuse throws for a unit that can mean two things
 */
const reader =
  (factors: ReadonlyMap<string, number>, refuse: (digits: string, unit: string) => void): Reader =>
  (text) => {
    const parts = split(text);
    if (!parts) return undefined;
    const factor = factors.get(parts.unit);
    if (factor === undefined) refuse(parts.digits, parts.unit);
    return factor === undefined ? undefined : countable(parts.amount * factor);
  };

/** The value, or Infinity for one that is larger than a number can count exactly. */
const countable = (value: number): number => (value <= Number.MAX_SAFE_INTEGER ? value : Number.POSITIVE_INFINITY);

const factorsOf = (units: readonly Unit[], base = 1, spell?: (name: string) => readonly string[]) =>
  new Map(units.flatMap((unit) => names(unit, spell).map((name) => [name, unit.factor / base] as const)));

function unclear(written: string, meaning: string, ...ways: readonly string[]): never {
  throw new ValueError(`${written} ${meaning}: write ${ways.join(" or ")}`);
}

/** An amount as people write it, without a rounding error's digits. */
const plain = (value: number): string => String(Number(value.toPrecision(12)));

/** `125kB` for 125,000. */
function bytesText(bytes: number): string {
  const unit = decimalSizes.find(({ factor }) => bytes >= factor) ?? byte;
  return `${plain(bytes / unit.factor)}${unit.name}`;
}

/** `kb`, `Mbit`, `Gib`: what a prefix is with a unit of bits, whatever its case. */
const BITS = /^([kmgtp]?)(i?)(b|bits?)$/i;
const DECIMAL = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 } as const;
const BINARY = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 } as const;

const isPrefix = (letter: string): letter is keyof typeof DECIMAL => letter in DECIMAL;

/** A unit of bits or of bytes, taken apart: its prefix as it is properly written, and how much that is. */
function bitUnit(unit: string): { readonly prefix: string; readonly factor: number } | undefined {
  const [, letter = "", binary = ""] = BITS.exec(unit) ?? [];
  const small = letter.toLowerCase();
  if (!BITS.test(unit) || !isPrefix(small)) return undefined;
  const prefix = small === "k" && binary === "" ? "k" : small.toUpperCase();
  return { prefix: prefix + binary.toLowerCase(), factor: (binary === "" ? DECIMAL : BINARY)[small] };
}

/** Sizes are bytes: what is written with a small b may mean bits. */
function refuseBits(digits: string, unit: string): void {
  const bits = bitUnit(unit);
  if (!bits) return;
  const amount = Number(digits.replaceAll(",", ""));
  const bytes = amount * bits.factor;
  if (!Number.isInteger(bytes)) return;
  const meaning =
    /bit/i.test(unit) || /[MGTP]b/.test(unit) ? "is bits, and a size is in bytes" : "may be bits or bytes";
  const fromBits = bytes / BITS_PER_BYTE;
  const asBits = Number.isInteger(fromBits) ? [`${bytesText(fromBits)} for ${digits} ${bits.prefix}bit`] : [];
  unclear(digits + unit, meaning, `${digits}${bits.prefix}B`, ...asBits);
}

/** A capital M is a million; a small m may also be milli or a minute. */
function refuseSmallM(digits: string, unit: string): void {
  const amount = Number(digits.replaceAll(",", ""));
  if (unit === "m") unclear(`${digits}m`, "may be millions or thousandths", `${digits}M`, plain(amount / 1_000));
}

/** In a latency, m may be milliseconds or minutes. */
function refuseMinutes(digits: string, unit: string): void {
  const amount = Number(digits.replaceAll(",", ""));
  if (unit === "m") {
    unclear(`${digits}m`, "may be milliseconds or minutes", `${digits}ms`, `${plain(amount * 60)}s`);
  }
}

/** A byte rate's unit that leaves open whether it is bits or bytes. */
function refuseOpenRate(digits: string, unit: string): void {
  const open = bitUnit(unit.replace(/(?:\/s|ps)$/i, "")) ?? bitUnit(`${unit.replace(/\/s$/i, "")}b`);
  if (open) {
    unclear(digits + unit, "may be bits or bytes", `${digits}${open.prefix}B/s`, `${digits}${open.prefix}bit/s`);
  }
}

const accept = (): void => {};

const readDuration = reader(factorsOf(durationUnits, millisecond.factor), accept);
const readSize = reader(new Map([...factorsOf(sizeUnits), ...factorsOf(shortSizes)]), refuseBits);
const readCount = reader(factorsOf(countUnits), refuseSmallM);

/** `Mbit/s` is also written `Mbit`, `Mbits/s`, `Mb/s`, `Mb` and `Mbps`; in small letters only with `bit` spelled out. */
function bitRateSpellings(name: string): readonly string[] {
  const prefix = name.slice(0, -"bit/s".length);
  const long = ["bit/s", "bits/s", "bit", "bits", "bitps"].map((end) => prefix + end);
  const isTelling = /[A-Z]/.test(prefix);
  return [
    ...long,
    ...long.map((each) => each.toLowerCase()),
    ...(isTelling ? ["b/s", "b", "bps"].map((end) => prefix + end) : []),
  ];
}

/** `MB/s` is also written `MB` and `MBps`. */
const byteRateSpellings = (name: string): readonly string[] => [`${name}/s`, name, `${name}ps`];

const readByteRate = reader(
  new Map([
    ...factorsOf([...bitRates, ...binaryBitRates], BITS_PER_BYTE, bitRateSpellings),
    ...factorsOf(sizeUnits, 1, byteRateSpellings),
  ]),
  refuseOpenRate,
);

/** `KiBit/s` as `kibit/s`, which has one meaning in any case, and `MB/S` as `MB/s`. */
const plainRateUnit = (unit: string): string =>
  /^[kmgt]?i?bits?(?:\/s|ps)?$/i.test(unit) ? unit.toLowerCase() : unit.replace(/\/S$/, "/s");

const durationFactors = new Map(durationUnits.flatMap((unit) => names(unit).map((name) => [name, unit.factor])));

/** Whether each unit is smaller than the one before, as in `1h30m`: `1s1s` and `30s1m` are slips. */
const descends = (units: readonly string[]): boolean =>
  units.every(
    (unit, i) => i === 0 || (durationFactors.get(unit) ?? 0) < (durationFactors.get(units[i - 1] ?? "") ?? 0),
  );

/**
 * Milliseconds of `500ms`, `30s`, `2m`, `1h`, `1m30s`, `2m 05s` or a bare `0`; undefined for anything else, Infinity for
 * more than a number can count.
 */
export function parseDurationMs(text: string): number | undefined {
  if (/^0+$/.test(text)) return 0;
  const parts = text.match(/[\d.,]+ ?[a-z\u00b5\u03bc]+ ?/g) ?? [];
  if (parts.length === 0 || parts.join("") !== text) return undefined;
  if (!descends(parts.map((part) => part.replace(/[\d., ]/g, "")))) return undefined;
  const totalMs = parts.reduce((sum, part) => sum + (readDuration(part.trim()) ?? Number.NaN), 0);
  return Number.isNaN(totalMs) ? undefined : countable(totalMs);
}

/**
 * Bytes of `1024`, `64k`, `64KiB` (powers of 1024) or `1MB` (powers of 1000).
 * Undefined for anything else, a fraction of a byte included; Infinity for more than a number can count.
 * @throws ValueError for what may be bits, such as `1Mb`
 */
export function parseSizeBytes(text: string): number | undefined {
  // A comma would separate two sizes.
  const bytes = (text.includes(",") ? undefined : readSize(text)) ?? Number.NaN;
  if (bytes === Number.POSITIVE_INFINITY) return bytes;
  // 1.1 times 1000 is not quite 1100 in floating point.
  const whole = Math.round(bytes);
  return Number.isSafeInteger(whole) && Math.abs(bytes - whole) <= whole * Number.EPSILON ? whole : undefined;
}

/**
 * The number a second of `5000`, `10k`, `10k/s` or `1.5M/s`; undefined for anything else.
 * @throws ValueError for a small m, such as `10m`
 */
export const parseRatePerSecond: Reader = (text) => readCount(text.replace(/\/s$/i, ""));

/**
 * Bytes a second of `1GB/s`, `1GiB/s`, `1Gbit/s`, `1Gb/s` or `1Gbps`; undefined for anything else.
 * @throws ValueError for what may be bits or bytes, such as `1G/s` or `1mb/s`
 */
export const parseByteRate: Reader = (text) => {
  const { digits = "", unit = "" } = split(text) ?? {};
  return readByteRate(digits + plainRateUnit(unit));
};

/**
 * Nanoseconds of `250us`, `250µs` or `2ms`; undefined for anything else.
 * @throws ValueError for `1m`
 */
export const parseLatencyNs: Reader = reader(factorsOf(latencyUnits), refuseMinutes);

/**
 * The number of `5000`, `10k` or `1.5M`; undefined for anything else.
 * @throws ValueError for a small m, such as `10m`
 */
export const parseCount: Reader = (text) => readCount(text);

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

/** A duration as a user would write it, which `parseDurationMs` reads back to the same number: `500ms`, `90s`, `2m`, `1h`. */
export function durationText(ms: number): string {
  if (ms === 0 || ms % 1_000 !== 0) return `${ms}ms`;
  const unit = [hour, minute, second].find(({ factor }) => (ms * millisecond.factor) % factor === 0) ?? second;
  return `${(ms * millisecond.factor) / unit.factor}${unit.name}`;
}
