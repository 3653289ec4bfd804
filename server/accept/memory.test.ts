import { describe, expect, test } from "bun:test";
import { noEvents } from "../../lib/loop/channel.ts";
import { BufferPool } from "../transport/buffer-pool.ts";
import { bunTransport } from "../transport/bun-transport.ts";
import type { ByteStore } from "../transport/transport.ts";
import { EchoConnection } from "../echo/connection.ts";

const KIB = 1024;

/** The most that one read takes, on either engine. */
const READ_BYTES = 512 * KIB;

/** A store that knows how much memory is held, and what was the most. */
function measured(store: ByteStore) {
  const memory = { held: 0, most: 0 };
  const count = (bytes: number): void => {
    memory.held += bytes;
    memory.most = Math.max(memory.most, memory.held);
  };
  const keep: ByteStore["keep"] = (bytes, offset, length) => {
    const kept = store.keep(bytes, offset, length);
    // What a part of a read holds is the whole read.
    count(kept.buffer.byteLength);
    return kept;
  };
  const release = (kept: Uint8Array): void => {
    count(-kept.buffer.byteLength);
    store.release(kept);
  };
  return { memory, store: { keep, release } };
}

/** A connection whose peer never reads; it sends until the server pauses it. */
function floodUntilPaused(store: ByteStore, bufferBytes: number, readBytes: number): EchoConnection {
  const state = { isPaused: false };
  const channel = {
    fd: undefined,
    write: () => 0,
    pause: () => void (state.isPaused = true),
    resume() {},
    shutdown() {},
    close() {},
    abort() {},
  };
  const owner = { onConnected() {}, onProgress() {}, onClosed() {} };
  const tally = { received() {}, echoed() {} };
  const log = { isVerbose: false, event() {} };
  const context = { bufferBytes, store, transform: undefined, tally, log, owner, nowMs: () => 0 };
  const connection = new EchoConnection(context, "peer", { ...noEvents, ...channel });
  connection.opened();
  // Each read of Bun's is memory of its own.
  while (!state.isPaused) connection.received(new Uint8Array(readBytes), 0, readBytes);
  return connection;
}

describe("the memory of a connection whose peer never reads", () => {
  const noTimers = { after: () => () => {} };
  const stores = { "Bun's sockets": () => bunTransport.store, epoll: () => new BufferPool(noTimers) };
  const sizes = [1, 2, 100, KIB, 2 * KIB - 1, 2 * KIB, 4 * KIB, 4 * KIB + 1, 60 * KIB, READ_BYTES];
  const buffers = [1, KIB, 64 * KIB, 256 * KIB];
  const cases = Object.entries(stores).flatMap(([engine, create]) => sizes.map((size) => ({ engine, size, create })));

  test.each(cases)("is bounded by its buffer and one read of $size bytes: $engine", ({ size, create }) => {
    for (const bufferBytes of buffers) {
      const { memory, store } = measured(create());
      const connection = floodUntilPaused(store, bufferBytes, size);
      // A piece of memory is at most half empty, or has the smallest size.
      expect(memory.most).toBeLessThanOrEqual(2 * (bufferBytes + size) + 4 * KIB);
      connection.closed(undefined);
      expect(memory.held).toBe(0);
    }
  });
});
