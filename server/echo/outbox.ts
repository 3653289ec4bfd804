import type { ByteStore } from "../transport/transport.ts";

/** Takes what it can of a run of bytes and says how much that was; negative once the socket is closed. */
export interface ByteSink {
  write(bytes: Uint8Array, offset: number, length: number): number;
}

/** A run of bytes that waits. */
interface Kept {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** The echoes of one connection that its socket has not taken yet, oldest first. */
export class Outbox {
  readonly #store: ByteStore;
  readonly #runs: Kept[] = [];
  /** bytes of the first run that are sent already */
  #sent = 0;
  #pendingBytes = 0;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  /** Bytes that wait. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Keeps a range of bytes. */
  keep(bytes: Uint8Array, offset: number, length: number): void {
    this.#runs.push({ bytes: this.#store.keep(bytes, offset, length), length });
    this.#pendingBytes += length;
  }

  /** Offers what waits until the sink takes less than all. @returns whether the sink is still open */
  flush(sink: ByteSink): boolean {
    for (let run = this.#runs[0]; run; run = this.#runs[0]) {
      const length = run.length - this.#sent;
      const accepted = sink.write(run.bytes, this.#sent, length);
      if (accepted < 0) return false;
      this.#pendingBytes -= accepted;
      this.#sent = accepted < length ? this.#sent + accepted : 0;
      if (accepted < length) break;
      this.#runs.shift();
      this.#store.release(run.bytes);
    }
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    for (const { bytes } of this.#runs) this.#store.release(bytes);
    this.#runs.length = 0;
    this.#sent = 0;
    this.#pendingBytes = 0;
  }
}
