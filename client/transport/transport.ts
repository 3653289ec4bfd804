import type { ChannelEvents } from "../../lib/loop/channel.ts";
import type { SocketOptionRequest } from "../../lib/posix/socket-options.ts";
import type { LoopClock } from "./loop-clock.ts";

/** How to speak TLS; certificates and keys in PEM. */
export interface TlsSettings {
  /** sent to the server, and the name its certificate has to be for */
  readonly serverName: string;
  /** undefined trusts the system's */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** `AB:CD:...` of the one certificate that is trusted, whoever signed it; undefined trusts by signature */
  readonly fingerprint: string | undefined;
  /** whether the server's certificate is not checked */
  readonly acceptsAnyone: boolean;
}

/** Socket settings of the client. */
export interface SocketSettings {
  readonly sndbufBytes: number | undefined;
  readonly rcvbufBytes: number | undefined;
  readonly noDelay: boolean;
  /** of TCP, set before it connects, where the C library can be called */
  readonly options?: SocketOptionRequest | undefined;
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

/** Starts a connection. When it fails, `closed` comes without `opened`. @returns aborts it, connected or not */
export type Connect = (address: Address, settings: SocketSettings, events: ChannelEvents) => () => void;

/** How a thread's connections are made, and the loop that serves them. */
export interface Transport {
  readonly connect: Connect;
  readonly loop: LoopClock;
}
