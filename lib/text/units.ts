/** A unit: how it is written, other names by which it is read, and how many base units it is. */
export interface Unit {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly factor: number;
}

// Every unit is listed once, for reading and for writing; of each kind the largest is first.

/** Time, in nanoseconds. */
export const hour: Unit = { name: "h", factor: 3_600e9 };
export const minute: Unit = { name: "m", factor: 60e9 };
export const second: Unit = { name: "s", factor: 1e9 };
export const millisecond: Unit = { name: "ms", factor: 1e6 };
// The micro sign, the Greek letter that looks the same, and what a keyboard has.
const microsecond: Unit = { name: "\u00b5s", aliases: ["\u03bcs", "us"], factor: 1e3 };
const nanosecond: Unit = { name: "ns", factor: 1 };
export const latencyUnits = [second, millisecond, microsecond, nanosecond];
export const durationUnits = [hour, minute, ...latencyUnits];

/** Sizes, in bytes. */
export const byte: Unit = { name: "B", factor: 1 };
export const decimalSizes: readonly Unit[] = [
  { name: "PB", factor: 1e15 },
  { name: "TB", factor: 1e12 },
  { name: "GB", factor: 1e9 },
  { name: "MB", factor: 1e6 },
  { name: "kB", aliases: ["KB"], factor: 1e3 },
  byte,
];
export const binarySizes: readonly Unit[] = [
  { name: "PiB", aliases: ["PIB"], factor: 2 ** 50 },
  { name: "TiB", aliases: ["TIB"], factor: 2 ** 40 },
  { name: "GiB", aliases: ["GIB"], factor: 2 ** 30 },
  { name: "MiB", aliases: ["MIB"], factor: 2 ** 20 },
  { name: "KiB", aliases: ["KIB", "kiB"], factor: 2 ** 10 },
];
export const sizeUnits: readonly Unit[] = [...decimalSizes, ...binarySizes];

/** How sizes are written without the B: `64k` is 64 KiB. */
export const shortSizes: readonly Unit[] = [
  { name: "", factor: 1 },
  { name: "k", aliases: ["K"], factor: 2 ** 10 },
  { name: "M", aliases: ["m"], factor: 2 ** 20 },
  { name: "G", aliases: ["g"], factor: 2 ** 30 },
];

/** Line rates, in bits a second. */
export const bitRates: readonly Unit[] = [
  { name: "Tbit/s", factor: 1e12 },
  { name: "Gbit/s", factor: 1e9 },
  { name: "Mbit/s", factor: 1e6 },
  { name: "kbit/s", aliases: ["Kbit/s"], factor: 1e3 },
  { name: "bit/s", factor: 1 },
];
export const binaryBitRates: readonly Unit[] = [
  { name: "Gibit/s", factor: 2 ** 30 },
  { name: "Mibit/s", factor: 2 ** 20 },
  { name: "Kibit/s", factor: 2 ** 10 },
];

/** Counts. */
export const countUnits: readonly Unit[] = [
  { name: "M", factor: 1e6 },
  { name: "k", aliases: ["K"], factor: 1e3 },
  { name: "", factor: 1 },
];

export const BITS_PER_BYTE = 8;

/** The highest rate of bytes that can be asked for: 8 Tbit/s. */
export const MOST_BYTES_PER_SECOND = 1e12;
