import type { SocketBufferRequest, SocketBuffers } from "../../lib/posix/libc.ts";
import type { Timers } from "../../lib/timers.ts";
import type { Channel } from "../echo/connection.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { ListenTarget } from "./listen-error.ts";
import type { Peer } from "../echo/peer.ts";

/** A connection that came in, whatever carries it. */
export interface PeerSocket extends Channel {
  /** undefined until it was let in */
  data: Peer | undefined;
  /** in numbers; empty for a Unix socket, or when the peer is gone already */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Closes it, with FIN; `close` follows. */
  end(): void;
}

/** What is told of connections. */
export interface PeerHandler {
  open(socket: PeerSocket): void;
  /** TLS only. @param error what is wrong with the peer's certificate, or with the handshake */
  handshake(socket: PeerSocket, isDone: boolean, error: Error | null): void;
  /** The bytes may be changed; they are the handler's for the length of the call. */
  data(socket: PeerSocket, bytes: Uint8Array, offset: number, length: number): void;
  /** Of what the last write took, these bytes were not sent after all. */
  unsent(socket: PeerSocket, bytes: Uint8Array, offset: number, length: number): void;
  /** The last write, which seemed taken, has met a connection that is gone. */
  refused(socket: PeerSocket): void;
  drain(socket: PeerSocket): void;
  end(socket: PeerSocket): void;
  error(socket: PeerSocket, error: Error): void;
  close(socket: PeerSocket, error: Error | undefined): void;
}

/** How to listen, in a form that can be sent to another thread or process. */
export interface ListenSettings {
  readonly target: ListenTarget;
  readonly backlog: number;
  readonly buffers: SocketBufferRequest;
  readonly noDelay: boolean;
  /** 0 never probes */
  readonly keepaliveMs: number;
  /** undefined listens in plain text */
  readonly identity: ServerIdentity | undefined;
  /** lets another listener of the same user have the port too, SO_REUSEPORT */
  readonly sharesPort: boolean;
}

/** A socket that accepts connections. */
export interface Listener {
  /** `0.0.0.0:7878` or the path of a socket file */
  readonly endpoint: string;
  /** the kernel's socket buffers, null where it cannot be asked */
  readonly granted: SocketBuffers | null;
  /** of the listening socket; undefined where the kernel cannot be asked */
  readonly fd: number | undefined;
  /** Accepts no more; connections stay. */
  stop(): void;
}

/** Keeps bytes that a socket has not taken. */
export interface ByteStore {
  /** @returns what holds them, at its beginning */
  keep(bytes: Uint8Array, offset: number, length: number): Uint8Array;
  /** What was kept is needed no more. */
  release(kept: Uint8Array): void;
}

/** How connections come in and move bytes, and the loop that serves them. */
export interface Transport {
  readonly timers: Timers;
  readonly store: ByteStore;
  /** @throws Error with the system's `code` when it cannot listen */
  listen(settings: ListenSettings, handler: PeerHandler): Promise<Listener>;
}
