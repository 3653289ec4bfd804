import { FFIType, type Pointer, ptr } from "bun:ffi";
import { loadLibc } from "./libc.ts";

/** Bytes that stay where they are as long as they are held: what is over an ArrayBuffer of its own does. */
const pinned = new WeakMap<Uint8Array, Pointer>();

/**
 * Remembers where bytes are. Only for what is over a buffer made for it: the memory of a small typed array may move.
 * @returns the same bytes
 */
export function pin<T extends Uint8Array>(bytes: T): T {
  pinned.set(bytes, ptr(bytes));
  return bytes;
}

/** So many bytes that stay where they are. */
export const pinnedBytes = (length: number): Uint8Array => pin(new Uint8Array(new ArrayBuffer(length)));

/** Tells where bytes are; those that were asked for last, which are nearly always the same, without looking them up. */
export class Addresses {
  #bytes: Uint8Array | undefined;
  #at = 0;

  /**
   * The place of a range, for the next call only unless the bytes are pinned.
   * @throws RangeError when it is not within the bytes, which the kernel would not notice
   */
  of(bytes: Uint8Array, offset: number, length: number): Pointer {
    if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) throw new RangeError("out of the buffer");
    return (this.#start(bytes) + offset) as Pointer;
  }

  #start(bytes: Uint8Array): number {
    if (bytes === this.#bytes) return this.#at;
    const at = pinned.get(bytes);
    if (at === undefined) return ptr(bytes);
    this.#bytes = bytes;
    this.#at = at;
    return at;
  }
}

const symbols = loadLibc({ memcmp: { args: [FFIType.ptr, FFIType.ptr, FFIType.u64], returns: FFIType.i32 } });
const left = new Addresses();
const right = new Addresses();

/** Whether two runs of bytes are the same; the C library compares them several times as fast as `Buffer.compare`. */
export function sameBytes(a: Buffer, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
  if (!symbols) return a.compare(b, bOffset, bOffset + length, aOffset, aOffset + length) === 0;
  return symbols.memcmp(left.of(a, aOffset, length), right.of(b, bOffset, length), length) === 0;
}
