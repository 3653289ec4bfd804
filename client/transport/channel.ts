import type { RunResult } from "../../lib/result/run-result.ts";
import type { StreamEvents } from "../../lib/loop/stream-socket.ts";

/** An open connection, whatever carries it. */
export interface Channel {
  /**
   * Offers bytes, which do not change. @returns how many were taken, a prefix; negative once the connection is closed.
   * `unsent` or `refused` may take that back within the same turn.
   */
  write(bytes: Uint8Array, offset: number, length: number): number;
  /** Sends FIN and keeps reading. */
  shutdown(): void;
  /** Drops the connection. `closed` follows. */
  close(): void;
  /** for asking the kernel; undefined where it cannot be asked */
  readonly fd: number | undefined;
  /** undefined without TLS */
  readonly session: TlsSession | undefined;
}

/** What a transport tells of a connection; `closed` also has the codes of `tlsCode`. */
export interface ChannelEvents extends StreamEvents {
  opened(channel: Channel): void;
}

/** What was agreed on with a server that speaks TLS, and who that is. */
export type TlsSession = NonNullable<RunResult["tls"]>;

/** How to speak TLS; certificates and keys in PEM. */
export interface TlsSettings {
  /** sent to the server, and the name its certificate has to be for */
  readonly serverName: string;
  /** undefined trusts the system's */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** `AB:CD:...` of the certificate that is trusted whoever signed it; undefined goes by who signed it */
  readonly fingerprint: string | undefined;
  /** whether the server's certificate is not checked */
  readonly acceptsAnyone: boolean;
}

/** Socket settings of the client. */
export interface SocketSettings {
  readonly sndbufBytes: number | undefined;
  readonly rcvbufBytes: number | undefined;
  readonly noDelay: boolean;
  /** numeric address to connect from; undefined leaves it to the kernel */
  readonly source: string | undefined;
  /** called with a TCP socket before it connects, where the C library can be called */
  readonly prepare?: ((fd: number, isIpv6: boolean) => void) | undefined;
  readonly tls: TlsSettings | undefined;
}

/** An address to connect to, resolved. */
export type Address =
  | { readonly family: "ipv4" | "ipv6"; readonly address: string; readonly port: number }
  | { readonly family: "unix"; readonly address: string; readonly port: 0 };

/** Starts a connection; `closed` without `opened` tells that it failed. @returns what gives it up */
export type Connect = (address: Address, settings: SocketSettings, events: ChannelEvents) => () => void;
