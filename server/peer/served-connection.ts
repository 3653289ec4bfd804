import type { Channel, ChannelEvents } from "../../lib/loop/channel.ts";
import type { Log } from "../log/log.ts";
import type { LogEvent } from "../telemetry/event.ts";
import type { Tally } from "../telemetry/tally.ts";
import type { Peer } from "./peer.ts";

/** What all connections of a server share, whatever they are served with. */
export interface ServedContext {
  readonly tally: Pick<Tally, "received" | "echoed">;
  readonly log: Pick<Log, "isVerbose" | "event">;
  readonly owner: ConnectionOwner;
  /** monotonic */
  readonly nowMs: () => number;
}

/** Who looks after the connections. */
export interface ConnectionOwner {
  onConnected(connection: ServedConnection): void;
  /** Something that was pending has gone out. */
  onProgress(): void;
  /** @param code see `ChannelEvents.closed` */
  onClosed(connection: ServedConnection, code: string | undefined): void;
}

/** What a shutdown needs of a connection. */
export interface StoppingConnection {
  /** whether everything and our FIN have gone out */
  readonly isFinished: boolean;
  /** Takes nothing more from the peer, sends what is pending, and then FIN. */
  stop(): void;
  close(): void;
  abort(): void;
}

/** One peer's connection: its counts, its times and its end. What becomes of its bytes the service decides. */
export abstract class ServedConnection implements ChannelEvents, Peer, StoppingConnection {
  readonly name: string;
  rxBytes = 0;
  txBytes = 0;
  protected readonly channel: Channel;
  readonly #context: ServedContext;
  #connectedAtMs: number;
  #isHandshaking = true;
  #movedBytes = 0;
  #idleSinceMs: number;

  constructor(context: ServedContext, name: string, channel: Channel) {
    this.name = name;
    this.channel = channel;
    this.#context = context;
    this.#connectedAtMs = context.nowMs();
    this.#idleSinceMs = this.#connectedAtMs;
  }

  get connectedAtMs(): number {
    return this.#connectedAtMs;
  }

  get isHandshaking(): boolean {
    return this.#isHandshaking;
  }

  opened(): void {
    this.#isHandshaking = false;
    this.#connectedAtMs = this.#context.nowMs();
    this.#idleSinceMs = this.#connectedAtMs;
    this.#context.owner.onConnected(this);
    this.begin();
  }

  /** The connection is established. */
  protected abstract begin(): void;

  abstract received(bytes: Uint8Array, offset: number, length: number): void;

  sent(bytes: number): void {
    this.txBytes += bytes;
    this.#context.tally.echoed(bytes);
  }

  abstract drained(): void;

  abstract ended(): void;

  closed(code: string | undefined): void {
    this.#context.owner.onClosed(this, code);
  }

  abstract get isFinished(): boolean;

  abstract stop(): void;

  close(): void {
    this.channel.close();
  }

  abort(): void {
    this.channel.abort();
  }

  /**
   * How long no byte has moved, as far as calls of this method have seen. It compares totals, so the path of the bytes need
   * not read a clock.
   */
  idleMs(nowMs: number): number {
    const moved = this.rxBytes + this.txBytes;
    if (moved !== this.#movedBytes) {
      this.#movedBytes = moved;
      this.#idleSinceMs = nowMs;
    }
    return nowMs - this.#idleSinceMs;
  }

  /** The log line of its end. */
  disconnectEvent(nowMs: number): LogEvent {
    const { name: client, rxBytes, txBytes } = this;
    return { kind: "DISCONNECT", client, connectedMs: nowMs - this.#connectedAtMs, rxBytes, txBytes };
  }

  protected logData(rxBytes: number, txBytes: number): void {
    this.#context.log.event({ kind: "DATA", client: this.name, rxBytes, txBytes });
  }
}
