import { giveBack, pinnedBytes } from "../../lib/posix/memory.ts";
import type { Timers } from "../../lib/timers.ts";
import type { ByteStore } from "./transport.ts";

/** The smallest buffer; each further class is twice as large. */
const SMALLEST_BYTES = 4 * 1024;

/** What lies ready at most; more is given back at once. */
const READY_BYTES = 16 * 1024 * 1024;

/** Buffers that nobody has needed for this long are given back. */
const IDLE_MS = 1_000;

/** What is given back in one go, so that it takes no more than about 0.1 ms, and the pause before the rest. */
const GO_BUFFERS = 64;
const GO_BYTES = 1024 * 1024;
const GO_PAUSE_MS = 20;

const classOf = (length: number): number => Math.max(0, Math.ceil(Math.log2(length / SMALLEST_BYTES)));

/** Buffers of one size. */
interface SizeClass {
  readonly ready: Uint8Array[];
  /** buffers whose memory was given back to the system until they are used again */
  readonly cold: Uint8Array[];
  /** how many at least lay ready since the last look: so many were not needed */
  fewest: number;
}

/** Buffers that are used again and again for bytes which have to be copied to be kept. */
export class BufferPool implements ByteStore {
  readonly #timers: Timers;
  readonly #giveBack: (buffer: Uint8Array) => void;
  readonly #classes: SizeClass[] = [];
  #readyBytes = 0;
  #isWatching = false;

  /**
   * @param giveBackMemory gives the memory of a buffer back to the system at once. The garbage collector would do so too,
   * but it holds up all connections, and Bun runs it late in a thread whose epoll loop waits in the kernel.
   */
  constructor(timers: Timers, giveBackMemory: (buffer: Uint8Array) => void = giveBack) {
    this.#timers = timers;
    this.#giveBack = giveBackMemory;
  }

  keep(bytes: Uint8Array, offset: number, length: number): Uint8Array {
    const kept = this.#take(classOf(length));
    kept.set(bytes.subarray(offset, offset + length));
    return kept;
  }

  release(kept: Uint8Array): void {
    if (this.#readyBytes + kept.length > READY_BYTES) return this.#giveBack(kept);
    this.#readyBytes += kept.length;
    this.#classAt(classOf(kept.length)).ready.push(kept);
    if (!this.#isWatching) this.#watch(IDLE_MS);
  }

  #classAt(index: number): SizeClass {
    return (this.#classes[index] ??= { ready: [], cold: [], fewest: 0 });
  }

  #take(index: number): Uint8Array {
    const sizeClass = this.#classAt(index);
    const taken = sizeClass.ready.pop();
    if (!taken) return sizeClass.cold.pop() ?? pinnedBytes(SMALLEST_BYTES * 2 ** index);
    this.#readyBytes -= taken.length;
    sizeClass.fewest = Math.min(sizeClass.fewest, sizeClass.ready.length);
    return taken;
  }

  /** Looks after a while what nobody has needed. */
  #watch(afterMs: number): void {
    this.#isWatching = true;
    this.#timers.after(afterMs, () => {
      this.#isWatching = false;
      const isDone = this.#giveBackIdle();
      if (this.#readyBytes > 0) this.#watch(isDone ? IDLE_MS : GO_PAUSE_MS);
    });
  }

  /** @returns whether nothing is left that nobody has needed */
  #giveBackIdle(): boolean {
    let [buffers, bytes] = [0, 0];
    for (const sizeClass of this.#classes) {
      if (!sizeClass) continue;
      for (; sizeClass.fewest > 0; sizeClass.fewest--) {
        if (buffers >= GO_BUFFERS || bytes >= GO_BYTES) return false;
        const idle = sizeClass.ready.shift();
        if (!idle) break;
        this.#readyBytes -= idle.length;
        this.#giveBack(idle);
        sizeClass.cold.push(idle);
        buffers++;
        bytes += idle.length;
      }
    }
    for (const sizeClass of this.#classes) if (sizeClass) sizeClass.fewest = sizeClass.ready.length;
    return true;
  }
}
