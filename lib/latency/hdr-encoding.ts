import { inflateSync } from "node:zlib";
import { HIGHEST_NS, HISTOGRAM_COUNTS, LatencyHistogram, SIGNIFICANT_DIGITS } from "./histogram.ts";

/**
 * HdrHistogram's V2 encoding, compressed and in base64 (`HISTFAAA...`), which every HdrHistogram tool reads:
 * https://github.com/HdrHistogram/HdrHistogram, AbstractHistogram.encodeIntoCompressedByteBuffer. Only buckets that are
 * not empty take room, so that each row of a time series can have one.
 */
const COMPRESSED_COOKIE = 0x1c849314;
const COOKIE = 0x1c849313;

/** Cookie and length of what is compressed. */
const OUTER_BYTES = 8;

/** zlib's format (RFC 1950) around deflated bytes: a header of two bytes, and their Adler-32 behind them. */
const ZLIB_BYTES = 6;
const ZLIB_HEADER = 0x789c;

/** Cookie, length, normalizing offset and digits (i32), lowest and highest value (i64), conversion ratio (double). */
const HEADER_BYTES = 40;

/** Bytes of a count or a run of empty buckets at most: 7 bits each of a number up to 2^54. */
const MAX_NUMBER_BYTES = 8;

const scratch = Buffer.allocUnsafe(HEADER_BYTES + HISTOGRAM_COUNTS * MAX_NUMBER_BYTES);

/** Writes a number of at least 0, 7 bits to a byte, the lowest first. @returns where the next one goes */
function putNumber(at: number, value: number): number {
  let rest = value;
  let end = at;
  for (; rest > 127; rest = Math.floor(rest / 128)) scratch[end++] = (rest % 128) | 128;
  scratch[end++] = rest;
  return end;
}

function putCounts(histogram: LatencyHistogram): number {
  let end = HEADER_BYTES;
  let next = 0;
  histogram.forEachBucket((index, count) => {
    // In zigzag, n is 2n and -n is 2n - 1; a negative number is a run of empty buckets.
    if (index - next > 1) end = putNumber(end, 2 * (index - next) - 1);
    else if (index > next) end = putNumber(end, 0);
    end = putNumber(end, 2 * count);
    next = index + 1;
  });
  return end;
}

function putHeader(payloadBytes: number): void {
  scratch.writeInt32BE(COOKIE, 0);
  scratch.writeInt32BE(payloadBytes, 4);
  scratch.writeInt32BE(0, 8);
  scratch.writeInt32BE(SIGNIFICANT_DIGITS, 12);
  scratch.writeBigInt64BE(1n, 16);
  scratch.writeBigInt64BE(BigInt(HIGHEST_NS), 24);
  scratch.writeDoubleBE(1, 32);
}

/** Encodes the counts; an overflow counts as the highest value. */
export function encodeLatency(histogram: LatencyHistogram): string {
  const end = putCounts(histogram);
  putHeader(end - HEADER_BYTES);
  const payload = scratch.subarray(0, end);
  const deflated = Bun.deflateSync(payload);
  const outer = Buffer.allocUnsafe(OUTER_BYTES + ZLIB_BYTES + deflated.length);
  outer.writeInt32BE(COMPRESSED_COOKIE, 0);
  outer.writeInt32BE(deflated.length + ZLIB_BYTES, 4);
  outer.writeUInt16BE(ZLIB_HEADER, OUTER_BYTES);
  outer.set(deflated, OUTER_BYTES + 2);
  outer.writeUInt32BE(Bun.hash.adler32(payload), outer.length - 4);
  return outer.toString("base64");
}

const notOurs = (): Error => new Error("not a histogram that can be read");

/** The counts, uncompressed. The normalizing offset is not looked at: hdr-histogram-js writes 1 and means 0. */
function unpack(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length <= OUTER_BYTES || bytes.readInt32BE(0) !== COMPRESSED_COOKIE) throw notOurs();
  const inner = inflateSync(bytes.subarray(OUTER_BYTES, OUTER_BYTES + bytes.readInt32BE(4)), {
    maxOutputLength: scratch.length,
  });
  const end = inner.length >= HEADER_BYTES ? HEADER_BYTES + inner.readInt32BE(4) : Number.POSITIVE_INFINITY;
  const isKnown =
    end <= inner.length &&
    inner.readInt32BE(0) === COOKIE &&
    inner.readInt32BE(12) === SIGNIFICANT_DIGITS &&
    inner.readBigInt64BE(16) === 1n;
  if (!isKnown) throw notOurs();
  return inner.subarray(HEADER_BYTES, end);
}

/** Buckets that are not empty, by their place: `counts[i]` is that of bucket `indexes[i]`, for each i below `length`. */
export interface Buckets {
  readonly indexes: Int32Array;
  readonly counts: Float64Array;
  length: number;
}

const decoded: Buckets = {
  indexes: new Int32Array(HISTOGRAM_COUNTS),
  counts: new Float64Array(HISTOGRAM_COUNTS),
  length: 0,
};

/** Reads the counts into `decoded`. @throws Error at the first byte that is of no histogram */
function readCounts(bytes: Buffer): void {
  const { indexes, counts } = decoded;
  let length = 0;
  let index = 0;
  for (let at = 0; at < bytes.length;) {
    let value = bytes[at++] as number;
    if (value > 127) {
      // Nearly all numbers have one byte.
      let byte = value;
      value &= 127;
      for (let unit = 128; byte > 127; unit *= 128) {
        if (at === bytes.length) throw notOurs();
        byte = bytes[at++] as number;
        value += (byte & 127) * unit;
      }
      if (!Number.isSafeInteger(value)) throw notOurs();
    }
    if (value % 2 === 1) {
      index += (value + 1) / 2;
    } else {
      if (index >= HISTOGRAM_COUNTS) throw notOurs();
      if (value > 0) {
        indexes[length] = index;
        counts[length++] = value / 2;
      }
      index++;
    }
  }
  decoded.length = length;
}

/**
 * The buckets of an encoded histogram that are not empty, in ascending order: until the next call, as there is one array for all.
 * @throws Error when it is nothing that `encodeLatency` wrote
 */
export function decodeBuckets(encoded: string): Readonly<Buckets> {
  readCounts(unpack(encoded));
  return decoded;
}

/**
 * Reads what `encodeLatency` wrote; minimum and maximum have three digits then.
 * @throws Error when it is nothing of the kind
 */
export function decodeLatency(encoded: string): LatencyHistogram {
  const histogram = new LatencyHistogram();
  const { indexes, counts, length } = decodeBuckets(encoded);
  for (let i = 0; i < length; i++) histogram.recordBucket(indexes[i] as number, counts[i] as number);
  return histogram;
}
