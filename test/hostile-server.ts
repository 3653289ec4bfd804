import type { Socket } from "bun";

/** What a hostile server does with what it reads; `offset` is the place of the chunk in the connection's stream. */
export type Behaviour = (peer: Peer, chunk: Buffer, offset: number) => void;

/** One client of a hostile server. */
export class Peer {
  readonly socket: Socket<Peer>;
  received = 0;
  /** for behaviours that act once */
  isDone = false;
  isFrozen = false;
  held = Buffer.alloc(0);
  #unsent = Buffer.alloc(0);

  constructor(socket: Socket<Peer>) {
    this.socket = socket;
  }

  /** Sends everything in order, however little the socket takes. */
  send(bytes: Uint8Array): void {
    this.#unsent = Buffer.concat([this.#unsent, bytes]);
    this.flush();
  }

  flush(): void {
    const accepted = this.#unsent.length > 0 ? this.socket.write(this.#unsent) : 0;
    if (accepted > 0) this.#unsent = this.#unsent.subarray(accepted);
  }
}

/** A server on a free loopback port that need not simply echo, with TLS where it has a certificate. */
export function startHostileServer(
  behaviour: Behaviour,
  tls?: Bun.TLSOptions,
): Disposable & { readonly port: number; readonly peers: Peer[] } {
  const peers: Peer[] = [];
  const listener = Bun.listen<Peer>({
    hostname: "127.0.0.1",
    port: 0,
    allowHalfOpen: true,
    ...(tls && { tls }),
    socket: {
      open(socket) {
        socket.data = new Peer(socket);
        peers.push(socket.data);
      },
      data({ data: peer }, chunk) {
        const offset = peer.received;
        peer.received += chunk.length;
        behaviour(peer, chunk, offset);
      },
      drain: ({ data: peer }) => peer.flush(),
      end: (socket) => void socket.shutdown(),
      close() {},
    },
  });
  return { port: listener.port, peers, [Symbol.dispose]: () => listener.stop(true) };
}

const holds = (chunk: Buffer, offset: number, at: number): boolean => at >= offset && at < offset + chunk.length;

/** Echoes rightly. */
export const echo: Behaviour = (peer, chunk) => peer.send(chunk);

/** Flips one bit of the byte at `at`. */
export const flipBit =
  (at: number, bit: number): Behaviour =>
  (peer, chunk, offset) => {
    const changed = Buffer.from(chunk);
    if (holds(chunk, offset, at)) changed.writeUInt8(changed.readUInt8(at - offset) ^ (1 << bit), at - offset);
    peer.send(changed);
  };

/** Leaves out the byte at `at`. */
export const dropByte =
  (at: number): Behaviour =>
  (peer, chunk, offset) => {
    if (!holds(chunk, offset, at)) return peer.send(chunk);
    peer.send(chunk.subarray(0, at - offset));
    peer.send(chunk.subarray(at - offset + 1));
  };

/** Sends the chunk that holds `at` twice. */
export const repeatChunk =
  (at: number): Behaviour =>
  (peer, chunk, offset) => {
    peer.send(chunk);
    if (holds(chunk, offset, at)) peer.send(chunk);
  };

/** Gathers `2 * length` bytes, once, and sends the second half before the first. */
export const swapChunks =
  (length: number): Behaviour =>
  (peer, chunk) => {
    if (peer.isDone) return peer.send(chunk);
    peer.held = Buffer.concat([peer.held, chunk]);
    if (peer.held.length < 2 * length) return;
    peer.isDone = true;
    peer.send(
      Buffer.concat([
        peer.held.subarray(length, 2 * length),
        peer.held.subarray(0, length),
        peer.held.subarray(2 * length),
      ]),
    );
  };

/** Sends each of two peers what the other sent. */
export const crossPeers =
  (peers: readonly Peer[]): Behaviour =>
  (peer, chunk) => {
    peers.find((each) => each !== peer)?.send(chunk);
  };

/** Adds bytes of its own after the chunk that holds `at`. */
export const addSurplus =
  (at: number, bytes: number): Behaviour =>
  (peer, chunk, offset) => {
    peer.send(chunk);
    if (holds(chunk, offset, at)) peer.send(Buffer.alloc(bytes, 0xee));
  };

/** Does not answer from `at` on. */
export const stallAt =
  (at: number): Behaviour =>
  (peer, chunk, offset) => {
    if (offset < at) peer.send(chunk.subarray(0, at - offset));
  };

/** Stops echoing at `at` for a while, and then sends all that came meanwhile. */
export const freezeAt =
  (at: number, forMs: number): Behaviour =>
  (peer, chunk, offset) => {
    if (holds(chunk, offset, at)) {
      peer.isFrozen = true;
      setTimeout(() => {
        peer.isFrozen = false;
        peer.send(peer.held);
      }, forMs);
    }
    if (peer.isFrozen) peer.held = Buffer.concat([peer.held, chunk]);
    else peer.send(chunk);
  };

/** Closes in good order once `at` bytes were read, without echoing the rest. */
export const closeAt =
  (at: number): Behaviour =>
  (peer, chunk, offset) => {
    peer.send(chunk.subarray(0, Math.max(0, at - offset)));
    if (offset + chunk.length >= at) peer.socket.end();
  };

/** Resets the connection once `at` bytes were read. */
export const resetAt =
  (at: number): Behaviour =>
  (peer, chunk, offset) => {
    peer.send(chunk);
    if (offset + chunk.length >= at) peer.socket.terminate();
  };
