import type { Channel } from "../../lib/loop/channel.ts";
import type { ByteStore } from "../transport/transport.ts";

/** Bytes that wait to be sent, at the beginning of a piece of memory that may have room for more. */
interface Run {
  readonly bytes: Uint8Array;
  length: number;
}

/** The echoes of one connection that its channel has not taken yet, oldest first. */
export class Outbox {
  readonly #store: ByteStore;
  readonly #runs: Run[] = [];
  /** bytes of the first run that the channel has taken already */
  #taken = 0;
  #pendingBytes = 0;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  /** Bytes that wait. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Keeps a range of bytes: first where the last run has room, so that many small reads cost no memory each. */
  keep(bytes: Uint8Array, offset: number, length: number): void {
    this.#pendingBytes += length;
    const fitting = this.#append(bytes, offset, length);
    if (fitting === length) return;
    const rest = length - fitting;
    this.#runs.push({ bytes: this.#store.keep(bytes, offset + fitting, rest), length: rest });
  }

  /** @returns bytes for which the last run had room */
  #append(bytes: Uint8Array, offset: number, length: number): number {
    const last = this.#runs.at(-1);
    if (!last) return 0;
    const fitting = Math.min(length, last.bytes.length - last.length);
    last.bytes.set(bytes.subarray(offset, offset + fitting), last.length);
    last.length += fitting;
    return fitting;
  }

  /** Offers what waits until the channel takes less than all. @returns bytes that it took */
  flush(channel: Pick<Channel, "write">): number {
    const before = this.#pendingBytes;
    for (let run = this.#runs[0]; run; run = this.#runs[0]) {
      const length = run.length - this.#taken;
      const accepted = channel.write(run.bytes, this.#taken, length);
      this.#pendingBytes -= accepted;
      this.#taken = accepted < length ? this.#taken + accepted : 0;
      if (accepted < length) break;
      this.#runs.shift();
      this.#store.release(run.bytes);
    }
    return before - this.#pendingBytes;
  }

  /** Drops everything. */
  clear(): void {
    for (const { bytes } of this.#runs) this.#store.release(bytes);
    this.#runs.length = 0;
    this.#taken = 0;
    this.#pendingBytes = 0;
  }
}
