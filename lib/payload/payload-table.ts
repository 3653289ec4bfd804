import { pin, sameBytes } from "../posix/memory.ts";
import { mix32 } from "./random.ts";

/** The table repeats its first bytes after the period, so that every run of this length is contiguous. */
const WRAP_BYTES = 2 ** 16;

/** The payload in memory that threads share, and the length after which its bytes repeat. */
export interface PayloadMemory {
  readonly memory: SharedArrayBuffer;
  readonly periodBytes: number;
}

/** Memory for a payload of this period: its bytes are to be filled in, then those after the period by `wrap`. */
export function allocatePayload(periodBytes: number): PayloadMemory {
  return { memory: new SharedArrayBuffer(periodBytes + WRAP_BYTES), periodBytes };
}

/** Repeats the first bytes after the period. */
export function wrapPayload({ memory, periodBytes }: PayloadMemory): void {
  const bytes = new Uint8Array(memory);
  for (let filled = periodBytes; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A step between a quarter and three quarters of the period, which visits every position before it repeats one. */
function strideOf(seed: number, periodBytes: number): number {
  const least = Math.floor(periodBytes / 4);
  let stride = least + (mix32(mix32(seed)) % Math.max(1, Math.floor(periodBytes / 2)));
  while (greatestCommonDivisor(stride, periodBytes) !== 1) stride++;
  return stride;
}

/**
 * The same integer, in the representation that JavaScriptCore has for those of 32 bits. It may keep the result of a
 * calculation as a double instead, and code that has been compiled for one of them is compiled again for the other.
 */
const asInt32 = (position: number): number => position | 0;

/** The bytes of a run as an endless stream. Each connection sends the stream from its own start. */
export class PayloadTable {
  readonly bytes: Buffer;
  readonly periodBytes: number;

  constructor({ memory, periodBytes }: PayloadMemory) {
    this.bytes = pin(Buffer.from(memory));
    this.periodBytes = periodBytes;
  }

  /**
   * The position in the table where a connection starts. No two start at the same one until there were as many
   * connections as the table has bytes, and those that follow each other are far apart.
   * @param ordinal of all connections that send anything, counted from 0
   */
  startOf(seed: number, ordinal: number): number {
    const first = mix32(seed) % this.periodBytes;
    const start = (first + (ordinal % this.periodBytes) * strideOf(seed, this.periodBytes)) % this.periodBytes;
    return asInt32(start);
  }

  /** The position `bytes` further ahead, in [0, periodBytes). */
  advance(position: number, bytes: number): number {
    return asInt32((position + bytes) % this.periodBytes);
  }

  /** The position `bytes` further back, in [0, periodBytes). */
  rewind(position: number, bytes: number): number {
    return this.advance(position, this.periodBytes - (bytes % this.periodBytes));
  }

  /** How many bytes are contiguous from `position` on; at least 64 KiB. */
  runLength(position: number): number {
    return this.bytes.length - position;
  }

  /** Whether these bytes equal the stream at `position`. */
  hasAt(position: number, bytes: Uint8Array, offset: number, length: number): boolean {
    let at = position;
    for (let done = 0; done < length;) {
      const piece = Math.min(length - done, this.runLength(at));
      if (!sameBytes(this.bytes, at, bytes, offset + done, piece)) return false;
      done += piece;
      at = this.advance(at, piece);
    }
    return true;
  }

  /** Index of the first byte of `chunk` that differs from the stream at `position`, or -1. */
  firstDifference(chunk: Uint8Array, position: number): number {
    for (let from = 0, at = position; from < chunk.length; from++, at = this.advance(at, 1)) {
      if (chunk[from] !== this.bytes[at]) return from;
    }
    return -1;
  }

  /** A copy of `length` bytes of the stream from `position` on. */
  copy(position: number, length: number): Buffer {
    const copy = Buffer.allocUnsafe(length);
    for (let filled = 0, at = position; filled < length;) {
      const piece = Math.min(length - filled, this.runLength(at));
      this.bytes.copy(copy, filled, at, at + piece);
      filled += piece;
      at = this.advance(at, piece);
    }
    return copy;
  }
}
