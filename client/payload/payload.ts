import { readFileSync, statSync } from "node:fs";
import { messageOf, systemErrorCode, UsageError } from "../../lib/errors.ts";
import { pin, sameBytes } from "../../lib/posix/memory.ts";
import type { Transform } from "../../lib/transforms/transforms.ts";
import { type PayloadKind, payloadKindText } from "./payload-kind.ts";
import { mix32 } from "./random.ts";

/** Prime, and over 1 MiB: no message size divides it, so every run of bytes drifts through the whole table. */
const PERIOD_BYTES = 1_048_583;

/** The table goes on this long after its period, so that any run of so many bytes lies in one piece. */
const WRAP_BYTES = 2 ** 16;

const MAX_FILE_BYTES = 2 ** 30;

function fillRandom(bytes: Uint8Array, seed: number): void {
  for (let i = 0; i < bytes.length; i += 4) {
    const word = mix32(Math.imul(seed, 0x85ebca6b) + Math.imul(i, 0x9e3779b1));
    for (let k = 0; k < 4 && i + k < bytes.length; k++) bytes[i + k] = word >>> (8 * k);
  }
}

/** Printable characters in lines of 64: random, so that text is verified as sharply as bytes are. */
function fillText(bytes: Uint8Array, seed: number): void {
  const alphabet = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  fillRandom(bytes, seed);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % 65 === 64 ? 10 : (alphabet[(bytes[i] ?? 0) & 63] ?? 0);
}

function readPayloadFile(path: string): Buffer {
  const flag = `--payload "file:${path}"`;
  try {
    const { size } = statSync(path);
    if (size === 0) throw new UsageError(`${flag}: expected a file that is not empty`);
    if (size > MAX_FILE_BYTES) throw new UsageError(`${flag}: expected a file of at most 1 GiB`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${flag}: ${systemErrorCode(error) === "ENOENT" ? "no such file" : messageOf(error)}`);
  }
}

/** Memory that threads share and the length after which its bytes repeat. */
export interface PayloadMemory {
  readonly memory: SharedArrayBuffer;
  readonly periodBytes: number;
}

/**
 * Makes the bytes of a run: the same seed and kind give the same bytes.
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

/** What comes back of the bytes of a run from a server that transforms them. */
export function expectedEcho(payload: PayloadMemory, transform: Transform | undefined): PayloadMemory {
  if (!transform) return payload;
  const memory = new SharedArrayBuffer(payload.memory.byteLength);
  const bytes = new Uint8Array(memory);
  bytes.set(new Uint8Array(payload.memory));
  transform(bytes);
  return { memory, periodBytes: payload.periodBytes };
}

/** Whether a run of bytes tells where in the payload it is from. */
export const isDistinct = (kind: PayloadKind): boolean =>
  payloadKindText(kind) === "random" || payloadKindText(kind) === "text";

/** The bytes of a run as an endless stream, of which every connection sends its own part from its own start. */
export class PayloadTable {
  readonly bytes: Buffer;
  readonly periodBytes: number;

  constructor({ memory, periodBytes }: PayloadMemory) {
    this.bytes = pin(Buffer.from(memory));
    this.periodBytes = periodBytes;
  }

  /** Where in the table connection number `connection` starts. */
  startOf(seed: number, connection: number): number {
    return mix32(mix32(seed) ^ connection) % this.periodBytes;
  }

  /** The place `bytes` further on, in [0, periodBytes). */
  advance(position: number, bytes: number): number {
    return (position + bytes) % this.periodBytes;
  }

  /** The place `bytes` before, in [0, periodBytes). */
  rewind(position: number, bytes: number): number {
    return this.advance(position, this.periodBytes - (bytes % this.periodBytes));
  }

  /** How many bytes lie in one piece from `position` on; at least 64 KiB. */
  runLength(position: number): number {
    return this.bytes.length - position;
  }

  /** Whether these bytes are those of the stream at `position`. */
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

  /** Where `chunk` first differs from the stream at `position`, or -1 when it is the same. */
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
