import { ValueError } from "../errors.ts";
import {
  millisecond,
  latencyUnits,
  durationUnits,
  byte,
  decimalSizes,
  sizeUnits,
  shortSizes,
  bitRates,
  binaryBitRates,
  countUnits,
  BITS_PER_BYTE,
  type Unit,
} from "./units.ts";

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
