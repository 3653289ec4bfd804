import type { RunResult } from "../result/run-result.ts";
import { tlsErrorName } from "../error-names.ts";

/** What a TLS handshake agreed on, and who the server is. */
export type TlsSession = NonNullable<RunResult["tls"]>;

/** A connection, whatever carries it. */
export interface Channel {
  /** For socket options and TCP_INFO; undefined where the kernel cannot be asked, and once the connection is closed. */
  readonly fd: number | undefined;
  /**
   * Offers bytes. They must not change until they are sent, except for received bytes, which may be offered during the
   * `received` call that delivered them.
   * @returns how many bytes were taken, from the first one on: 0 while the socket is full and after the connection broke.
   * `drained` follows when fewer than all were taken.
   */
  write(bytes: Uint8Array, offset: number, length: number): number;
  pause(): void;
  resume(): void;
  /** Sends FIN after all bytes that were taken, and keeps reading. */
  shutdown(): void;
  /** Closes the connection in both directions. `closed` follows. */
  close(): void;
  /** Resets the connection (RST), or gives up the attempt to connect. `closed` follows. */
  abort(): void;
}

/** What a channel reports to its owner. */
export interface ChannelEvents {
  /** The connection is established, TLS included. @param session only of a client that speaks TLS */
  opened(channel: Channel, session?: TlsSession): void;
  /** The owner may read and change the bytes until the call returns. */
  received(bytes: Uint8Array, offset: number, length: number): void;
  /** The kernel has taken so many more of the bytes that were written. */
  sent(bytes: number): void;
  /** There may be room again after a write that was not taken whole. */
  drained(): void;
  /** The peer sent FIN, after all its bytes. */
  ended(): void;
  /**
   * The last event, once.
   * @param code the name of the system error, such as `ECONNRESET`, or one of `tlsCode`; undefined for an orderly end
   */
  closed(code: string | undefined): void;
}

/** For a channel that nobody owns yet. */
export const noEvents: ChannelEvents = { opened() {}, received() {}, sent() {}, drained() {}, ended() {}, closed() {} };

const TLS_PREFIX = "TLS_";

/** The code with which a connection closes that TLS ended. */
export const tlsCode = (error: Error): string => TLS_PREFIX + tlsErrorName(error);

/** The name of the TLS failure in such a code; undefined for any other code. */
export const tlsNameOf = (code: string | undefined): string | undefined =>
  code?.startsWith(TLS_PREFIX) ? code.slice(TLS_PREFIX.length) : undefined;
