import { messageOf, systemErrorCode, UsageError } from "../../lib/errors.ts";
import { pin, sameBytes } from "../../lib/posix/memory.ts";
import type { Transform } from "../../lib/transforms/transforms.ts";
import { readWholeFile } from "../../lib/files/whole-file.ts";
import { mix32 } from "./random.ts";

/** Which bytes are sent. */
export type PayloadKind =
  | { readonly kind: "random" }
  | { readonly kind: "zeros" }
  | { readonly kind: "text" }
  | { readonly kind: "file"; readonly path: string };

/** Parses `random`, `zeros`, `text` or `file:PATH`; undefined for anything else. */
export function parsePayloadKind(text: string): PayloadKind | undefined {
  if (text === "random" || text === "zeros" || text === "text") return { kind: text };
  const path = text.startsWith("file:") ? text.slice("file:".length) : "";
  return path ? { kind: "file", path } : undefined;
}

/** The kind as written on the command line. */
export const payloadKindText = (kind: PayloadKind): string => (kind.kind === "file" ? `file:${kind.path}` : kind.kind);

/** Prime, and over 1 MiB: no message size divides it, so the messages move through the whole table. */
const PERIOD_BYTES = 1_048_583;

/** The table repeats its first bytes after the period, so that every run of this length is contiguous. */
const WRAP_BYTES = 2 ** 16;

const MAX_FILE_BYTES = 2 ** 30;

function fillRandom(bytes: Uint8Array, seed: number): void {
  for (let i = 0; i < bytes.length; i += 4) {
    const word = mix32(Math.imul(seed, 0x85ebca6b) + Math.imul(i, 0x9e3779b1));
    for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
  }
}

/** Random printable characters in lines of 64, so that every wrong byte is found in text too. */
function fillText(bytes: Uint8Array, seed: number): void {
  const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  fillRandom(bytes, seed);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % 65 === 64 ? 10 : (alphabet[(bytes[i] ?? 0) & 63] ?? 0);
}

function readPayloadFile(path: string): Buffer {
  const flag = `--payload "file:${path}"`;
  try {
    const bytes = readWholeFile(path, MAX_FILE_BYTES);
    if (bytes.length === 0) throw new UsageError(`${flag}: expected a file that is not empty`);
    return bytes;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof RangeError) throw new UsageError(`${flag}: expected a file of at most 1 GiB`);
    throw new UsageError(`${flag}: ${systemErrorCode(error) === "ENOENT" ? "no such file" : messageOf(error)}`);
  }
}

/** The payload in memory that threads share, and the length after which its bytes repeat. */
export interface PayloadMemory {
  readonly memory: SharedArrayBuffer;
  readonly periodBytes: number;
}

/**
 * Creates the bytes of a run. The same seed and kind give the same bytes.
 * @throws UsageError when the file cannot be used
 */
export function createPayload(kind: PayloadKind, seed: number): PayloadMemory {
  const file = kind.kind === "file" ? readPayloadFile(kind.path) : undefined;
  const periodBytes = file?.length ?? (kind.kind === "zeros" ? 1 : PERIOD_BYTES);
  const memory = new SharedArrayBuffer(periodBytes + WRAP_BYTES);
  const bytes = new Uint8Array(memory);
  const period = bytes.subarray(0, periodBytes);
  if (file) period.set(file);
  else if (kind.kind === "random") fillRandom(period, seed);
  else if (kind.kind === "text") fillText(period, seed);
  for (let filled = periodBytes; filled < bytes.length; filled *= 2) bytes.copyWithin(filled, 0, filled);
  return { memory, periodBytes };
}

/** The bytes that a server with this transform sends back. */
export function expectedEcho(payload: PayloadMemory, transform: Transform | undefined): PayloadMemory {
  if (!transform) return payload;
  const memory = new SharedArrayBuffer(payload.memory.byteLength);
  const bytes = new Uint8Array(memory);
  bytes.set(new Uint8Array(payload.memory));
  transform(bytes);
  return { memory, periodBytes: payload.periodBytes };
}

/** Whether a run of bytes occurs only once in the payload. */
export const isDistinct = ({ kind }: PayloadKind): boolean => kind === "random" || kind === "text";

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
