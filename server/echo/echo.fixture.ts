import type { Channel, EchoConnection } from "./connection.ts";
import type { ByteStore } from "../transport/transport.ts";

/** Keeps a copy of everything, and counts what was released. */
export function createStore(): ByteStore & { released: number } {
  return {
    released: 0,
    keep: (bytes, offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
    release() {
      this.released++;
    },
  };
}

/** A socket that takes all it is given. */
export const greedySocket: Channel = {
  write: (_bytes, _offset, length) => length,
  pause() {},
  resume() {},
  shutdown() {},
  terminate() {},
};

/** Hands a read to a connection. */
export const receive = (connection: EchoConnection, chunk: Uint8Array): void =>
  connection.received(chunk, 0, chunk.length);
