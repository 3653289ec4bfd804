import { pinnedBytes } from "../../lib/posix/memory.ts";
import type { Timers } from "../../lib/timers.ts";
import type { ByteStore } from "./transport.ts";

/** The smallest buffer; each further class is twice as large. */
const SMALLEST_BYTES = 4 * 1024;

/** What lies ready at most; more is left to the garbage collector. */
const READY_BYTES = 16 * 1024 * 1024;

/** Buffers that nobody has needed for this long are given up. */
const IDLE_MS = 1_000;

/** Given-up memory that is worth a collection, which takes a few ms. */
const COLLECT_BYTES = 1024 * 1024;

const classOf = (length: number): number => Math.max(0, Math.ceil(Math.log2(length / SMALLEST_BYTES)));

/** Frees memory that nobody uses: an epoll loop waits in the kernel, where Bun's own collector does not get to run. */
const collectGarbage = (): void => Bun.gc(true);

/** Buffers of one size that lie ready. */
interface SizeClass {
  readonly ready: Uint8Array[];
  /** how many at least lay ready since the last look: so many were not needed */
  fewest: number;
}

/** Buffers that are used again and again for bytes which have to be copied to be kept. */
export class BufferPool implements ByteStore {
  readonly #timers: Timers;
  readonly #collect: () => void;
  readonly #classes: SizeClass[] = [];
  #readyBytes = 0;
  #givenUpBytes = 0;
  #isWatching = false;

  constructor(timers: Timers, collect: () => void = collectGarbage) {
    this.#timers = timers;
    this.#collect = collect;
  }

  keep(bytes: Uint8Array, offset: number, length: number): Uint8Array {
    const kept = this.#take(classOf(length));
    kept.set(bytes.subarray(offset, offset + length));
    return kept;
  }

  release(kept: Uint8Array): void {
    if (this.#readyBytes + kept.length > READY_BYTES) this.#givenUpBytes += kept.length;
    else {
      this.#readyBytes += kept.length;
      this.#classAt(classOf(kept.length)).ready.push(kept);
    }
    if (!this.#isWatching) this.#watch();
  }

  #classAt(index: number): SizeClass {
    return (this.#classes[index] ??= { ready: [], fewest: 0 });
  }

  #take(index: number): Uint8Array {
    const sizeClass = this.#classAt(index);
    const taken = sizeClass.ready.pop();
    if (!taken) return pinnedBytes(SMALLEST_BYTES * 2 ** index);
    this.#readyBytes -= taken.length;
    sizeClass.fewest = Math.min(sizeClass.fewest, sizeClass.ready.length);
    return taken;
  }

  /** Looks after a while what nobody has needed. */
  #watch(): void {
    this.#isWatching = true;
    this.#timers.after(IDLE_MS, () => {
      this.#isWatching = false;
      this.#giveUpIdle();
      if (this.#readyBytes > 0) this.#watch();
    });
  }

  #giveUpIdle(): void {
    for (const sizeClass of this.#classes) {
      if (!sizeClass) continue;
      for (const { length } of sizeClass.ready.splice(0, sizeClass.fewest)) {
        this.#readyBytes -= length;
        this.#givenUpBytes += length;
      }
      sizeClass.fewest = sizeClass.ready.length;
    }
    if (this.#givenUpBytes < COLLECT_BYTES) return;
    this.#givenUpBytes = 0;
    this.#collect();
  }
}
