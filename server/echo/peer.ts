import { formatEndpoint, unmapAddress } from "../../lib/address.ts";
import { type Channel, EchoConnection } from "./connection.ts";
import type { LogEvent } from "../telemetry/event.ts";
import type { ByteStore, PeerSocket } from "../transport/transport.ts";

/** Where a peer connects from, read while the socket still knows. */
export interface Origin {
  /** `127.0.0.1:54321`, `[::1]:54321` or `unix#3`; `unknown#3` when the peer was gone before it was looked at */
  readonly name: string;
  readonly address: string | undefined;
}

/**
 * @param kind of the listener
 * @param ordinal tells peers apart that have no address
 */
export function originOf(
  socket: Pick<PeerSocket, "remoteAddress" | "remotePort">,
  kind: "tcp" | "unix",
  ordinal: number,
): Origin {
  if (kind === "unix") return { name: `unix#${ordinal}`, address: undefined };
  if (!socket.remoteAddress) return { name: `unknown#${ordinal}`, address: undefined };
  const address = unmapAddress(socket.remoteAddress);
  return { name: formatEndpoint(address, socket.remotePort), address };
}

/** What a peer begins with. */
export interface PeerSettings {
  readonly name: string;
  readonly bufferBytes: number;
  readonly nowMs: number;
  readonly speaksTls: boolean;
  readonly store: ByteStore;
}

/** One connected peer: its echoes, its name, and when it last was seen to move bytes. */
export class Peer {
  readonly echo: EchoConnection;
  readonly name: string;
  /** `shakingHands` until TLS stands, `connected` from then on or at once, `refused` when TLS does not come to stand */
  stage: "shakingHands" | "connected" | "refused";
  /** what TLS found wrong after the handshake */
  tlsFailure: string | undefined;
  #connectedAtMs: number;
  #movedBytes = 0;
  #idleSinceMs: number;

  constructor(channel: Channel, { name, bufferBytes, nowMs, speaksTls, store }: PeerSettings) {
    this.echo = new EchoConnection(channel, bufferBytes, store);
    this.name = name;
    this.stage = speaksTls ? "shakingHands" : "connected";
    this.#connectedAtMs = nowMs;
    this.#idleSinceMs = nowMs;
  }

  /** When it was let in, or, before that, when it came. */
  get connectedAtMs(): number {
    return this.#connectedAtMs;
  }

  /** The handshake is over: the peer is connected from now on. */
  admit(nowMs: number): void {
    this.stage = "connected";
    this.#connectedAtMs = nowMs;
    this.#idleSinceMs = nowMs;
  }

  /**
   * How long no byte has moved, as far as calls of this method have seen: it notices movement by the totals, so
   * that the echo path need not look at a clock.
   */
  idleMs(nowMs: number): number {
    const moved = this.echo.rxBytes + this.echo.txBytes;
    if (moved !== this.#movedBytes) {
      this.#movedBytes = moved;
      this.#idleSinceMs = nowMs;
    }
    return nowMs - this.#idleSinceMs;
  }

  /** The line that tells of the peer's end. */
  farewell(nowMs: number): LogEvent {
    const { rxBytes, txBytes } = this.echo;
    return { kind: "DISCONNECT", client: this.name, connectedMs: nowMs - this.#connectedAtMs, rxBytes, txBytes };
  }
}
