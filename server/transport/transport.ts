import type { Channel, ChannelEvents } from "../../lib/loop/channel.ts";
import type { SocketBufferRequest } from "../../lib/posix/libc.ts";
import type { GrantedSocket, SocketOptionRequest } from "../../lib/posix/socket-options.ts";
import type { Timers } from "../../lib/timers.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { ListenTarget } from "./listen-error.ts";

/** Where a connection comes from. */
export interface RemoteAddress {
  /** numeric; undefined for a Unix socket, or when the peer is gone already */
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * Called for each connection that comes in, before TLS.
 * @returns who handles it, starting with `opened`; undefined to close it at once
 */
export type Accept = (channel: Channel, remote: RemoteAddress) => ChannelEvents | undefined;

/** How a socket listens. */
export interface SocketSettings {
  readonly backlog: number;
  readonly buffers: SocketBufferRequest;
  /** of TCP sockets */
  readonly options: SocketOptionRequest;
  readonly noDelay: boolean;
  /** 0 never probes */
  readonly keepaliveMs: number;
  /** undefined listens in plain text */
  readonly identity: ServerIdentity | undefined;
  /** whether other listeners of the same user may share the port, SO_REUSEPORT */
  readonly sharesPort: boolean;
}

/** Where and how to listen, in a form that can be sent to another thread or process. */
export interface ListenSettings extends SocketSettings {
  /** several only when they were passed */
  readonly targets: readonly ListenTarget[];
}

/** A socket that accepts connections. */
export interface Listener {
  /** `0.0.0.0:7878` or the path of a socket file */
  readonly endpoint: string;
  /** null where the kernel cannot be asked */
  readonly granted: GrantedSocket | null;
  /** of the listening socket; undefined where the kernel cannot be asked */
  readonly fd: number | undefined;
  /** Accepts no more connections. Those it has accepted stay open. */
  stop(): void;
}

/** Keeps bytes that a socket has not taken. */
export interface ByteStore {
  /** @returns memory that holds the bytes at its beginning, and is the caller's until `release` */
  keep(bytes: Uint8Array, offset: number, length: number): Uint8Array;
  /** Ends the use of memory that `keep` returned. */
  release(kept: Uint8Array): void;
}

/** How connections come in and move bytes, and the loop that serves them. */
export interface Transport {
  readonly timers: Timers;
  readonly store: ByteStore;
  /** @throws Error with the system's `code` when it cannot listen */
  listen(target: ListenTarget, settings: SocketSettings, accept: Accept): Promise<Listener>;
}
