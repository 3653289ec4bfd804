import { pinnedBytes } from "../../lib/posix/memory.ts";
import type { ByteStore } from "./transport.ts";

/** The smallest buffer; each further class is twice as large. */
const SMALLEST_BYTES = 4 * 1024;

/** What lies ready at most; more is left to the garbage collector. */
const READY_BYTES = 16 * 1024 * 1024;

const classOf = (length: number): number => Math.max(0, Math.ceil(Math.log2(length / SMALLEST_BYTES)));

/** Buffers that are used again and again for bytes which have to be copied to be kept. */
export class BufferPool implements ByteStore {
  readonly #ready: Uint8Array[][] = [];
  #readyBytes = 0;

  keep(bytes: Uint8Array, offset: number, length: number): Uint8Array {
    const kept = this.#take(classOf(length));
    kept.set(bytes.subarray(offset, offset + length));
    return kept;
  }

  release(kept: Uint8Array): void {
    if (this.#readyBytes + kept.length > READY_BYTES) return;
    this.#readyBytes += kept.length;
    (this.#ready[classOf(kept.length)] ??= []).push(kept);
  }

  #take(sizeClass: number): Uint8Array {
    const ready = this.#ready[sizeClass]?.pop();
    if (!ready) return pinnedBytes(SMALLEST_BYTES * 2 ** sizeClass);
    this.#readyBytes -= ready.length;
    return ready;
  }
}
