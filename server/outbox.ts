/** Takes what it can of a run of bytes and says how much that was; negative once the socket is closed. */
export interface ByteSink {
  write(bytes: Uint8Array, offset: number, length: number): number;
}

/** The echoes of one connection that its socket has not taken yet, oldest first. */
export class Outbox {
  readonly #chunks: Uint8Array[] = [];
  /** bytes of the first chunk that are sent already */
  #sent = 0;
  #pendingBytes = 0;

  /** Bytes that wait. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Keeps `chunk` from `from` on. The chunk must not change any more. */
  keep(chunk: Uint8Array, from: number): void {
    const rest = chunk.subarray(from);
    // A small tail would hold the memory of the whole read.
    this.#chunks.push(rest.length * 2 < chunk.length ? rest.slice() : rest);
    this.#pendingBytes += rest.length;
  }

  /** Offers what waits until the sink takes less than all. @returns whether the sink is still open */
  flush(sink: ByteSink): boolean {
    for (let chunk = this.#chunks[0]; chunk; chunk = this.#chunks[0]) {
      const length = chunk.length - this.#sent;
      const accepted = sink.write(chunk, this.#sent, length);
      if (accepted < 0) return false;
      this.#pendingBytes -= accepted;
      this.#sent = accepted < length ? this.#sent + accepted : 0;
      if (accepted < length) break;
      this.#chunks.shift();
    }
    return true;
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks.length = 0;
    this.#sent = 0;
    this.#pendingBytes = 0;
  }
}
