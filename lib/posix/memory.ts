import { type Pointer, ptr } from "bun:ffi";
import { MADV_DONTNEED } from "./constants.ts";
import { libc, libcAvailable } from "./libc.ts";

/** Addresses of bytes that never move: those with an ArrayBuffer of their own. */
const pinned = new WeakMap<Uint8Array, Pointer>();

/**
 * Remembers the address of bytes. Only for those with an ArrayBuffer of their own: the memory of a small typed array may move.
 * @returns the same bytes
 */
export function pin<T extends Uint8Array>(bytes: T): T {
  pinned.set(bytes, ptr(bytes));
  return bytes;
}

/** Zeroed bytes whose address never changes. */
export const pinnedBytes = (length: number): Uint8Array => pin(new Uint8Array(new ArrayBuffer(length)));

/** The size of a page of memory, or a multiple of it: other processors have pages of up to 64 KiB. */
const PAGE_BYTES = process.arch === "x64" ? 4 * 1024 : 64 * 1024;

/**
 * Gives the whole pages of pinned bytes back to the system, at once and without the garbage collector. The bytes may be
 * written and used again, which takes new pages; what they contained is lost.
 */
export function giveBack(bytes: Uint8Array): void {
  const at = pinned.get(bytes);
  if (at === undefined) throw new RangeError("only pinned bytes can be given back");
  const from = Math.ceil(at / PAGE_BYTES) * PAGE_BYTES;
  const length = Math.floor((at + bytes.length) / PAGE_BYTES) * PAGE_BYTES - from;
  if (length > 0) libc().madvise(from as Pointer, length, MADV_DONTNEED);
}

/** Looks up addresses of bytes. Remembers the last one, since successive calls nearly always use the same bytes. */
export class Addresses {
  #bytes: Uint8Array | undefined;
  #at = 0;

  /**
   * The address of a range; unless the bytes are pinned, valid for the next call only.
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

const left = new Addresses();
const right = new Addresses();

/** Whether two ranges of bytes are equal; the C library compares them several times as fast as `Buffer.compare`. */
export function sameBytes(a: Buffer, aOffset: number, b: Uint8Array, bOffset: number, length: number): boolean {
  if (!libcAvailable) return a.compare(b, bOffset, bOffset + length, aOffset, aOffset + length) === 0;
  return libc().memcmp(left.of(a, aOffset, length), right.of(b, bOffset, length), length) === 0;
}
