import { formatEndpoint, unmapAddress } from "../../lib/address/address.ts";
import type { RemoteAddress } from "../transport/transport.ts";

/** A connected client, for whoever shows what it moves. */
export interface Peer {
  /** `127.0.0.1:54321`, `[::1]:54321` or `unix#3`; `unknown#3` when the peer was gone before its address was read */
  readonly name: string;
  /** when the connection was established, TLS included */
  readonly connectedAtMs: number;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** A peer's name and its numeric address; a Unix socket has no address. */
export type Origin = Pick<Peer, "name"> & { readonly address: string | undefined };

/** @param ordinal tells peers apart that have no address */
export function originOf({ host, port }: RemoteAddress, kind: "tcp" | "unix", ordinal: number): Origin {
  if (host === undefined) return { name: `${kind === "unix" ? "unix" : "unknown"}#${ordinal}`, address: undefined };
  const address = unmapAddress(host);
  return { name: formatEndpoint(address, port), address };
}
