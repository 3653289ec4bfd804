import type { Channel, ChannelEvents } from "../../lib/loop/channel.ts";
import type { Log } from "../log/log.ts";
import type { LogEvent } from "../telemetry/event.ts";
import type { Tally } from "../telemetry/tally.ts";
import type { ByteStore } from "../transport/transport.ts";
import { Outbox } from "./outbox.ts";
import type { Peer } from "./peer.ts";

/** What all connections of a server share. */
export interface EchoContext {
  /** unsent echo above which reading from a peer stops */
  readonly bufferBytes: number;
  readonly store: ByteStore;
  /** Changes bytes in place before they go back; undefined sends them back as they came. */
  readonly transform: ((bytes: Uint8Array) => void) | undefined;
  readonly tally: Pick<Tally, "received" | "echoed">;
  readonly log: Pick<Log, "isVerbose" | "event">;
  readonly owner: ConnectionOwner;
  /** monotonic */
  readonly nowMs: () => number;
}

/** Who looks after the connections. */
export interface ConnectionOwner {
  onConnected(connection: EchoConnection): void;
  /** Pending echoes have gone out. */
  onProgress(): void;
  /** @param code see `ChannelEvents.closed` */
  onClosed(connection: EchoConnection, code: string | undefined): void;
}

/**
 * How far a connection has come:
 * `handshaking` until it is established; `echoing`; `peerEnded` once the peer sent FIN and the rest of its echoes goes
 * out; `stopping` once the server shuts down and only pending echoes go out; `finished` once our FIN is queued.
 */
type Phase = "handshaking" | "echoing" | "peerEnded" | "stopping" | "finished";

/** Echoes one peer's bytes: every byte, once, in order, with no more waiting than one read above the limit. */
export class EchoConnection implements ChannelEvents, Peer {
  readonly name: string;
  rxBytes = 0;
  txBytes = 0;
  readonly #context: EchoContext;
  readonly #channel: Channel;
  readonly #outbox: Outbox;
  #connectedAtMs: number;
  #phase: Phase = "handshaking";
  #isPaused = false;
  /** bytes that the channel has taken; those above `txBytes` are still on their way to the kernel */
  #takenBytes = 0;
  #movedBytes = 0;
  #idleSinceMs: number;

  constructor(context: EchoContext, name: string, channel: Channel) {
    this.name = name;
    this.#context = context;
    this.#channel = channel;
    this.#outbox = new Outbox(context.store);
    this.#connectedAtMs = context.nowMs();
    this.#idleSinceMs = this.#connectedAtMs;
  }

  get connectedAtMs(): number {
    return this.#connectedAtMs;
  }

  get isHandshaking(): boolean {
    return this.#phase === "handshaking";
  }

  /** Whether the last echo and our FIN have gone out. */
  get isFinished(): boolean {
    return this.#phase === "finished" && this.txBytes === this.#takenBytes;
  }

  opened(): void {
    this.#phase = "echoing";
    this.#connectedAtMs = this.#context.nowMs();
    this.#idleSinceMs = this.#connectedAtMs;
    this.#context.owner.onConnected(this);
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    const { transform, tally, log } = this.#context;
    this.rxBytes += length;
    tally.received(length);
    if (transform) transform(bytes.subarray(offset, offset + length));
    const taken = this.#phase === "echoing" ? this.#echo(bytes, offset, length) : 0;
    if (log.isVerbose) this.#logData(length, taken);
  }

  /** @returns bytes that the channel took */
  #echo(bytes: Uint8Array, offset: number, length: number): number {
    const taken = this.#outbox.pendingBytes > 0 ? 0 : this.#channel.write(bytes, offset, length);
    this.#takenBytes += taken;
    if (taken < length) this.#keep(bytes, offset + taken, length - taken);
    return taken;
  }

  #keep(bytes: Uint8Array, offset: number, length: number): void {
    this.#outbox.keep(bytes, offset, length);
    if (this.#isPaused || this.#outbox.pendingBytes <= this.#context.bufferBytes) return;
    this.#isPaused = true;
    this.#channel.pause();
  }

  sent(bytes: number): void {
    this.txBytes += bytes;
    this.#context.tally.echoed(bytes);
    if (this.#phase === "finished") this.#context.owner.onProgress();
  }

  drained(): void {
    const { log, owner, bufferBytes } = this.#context;
    const taken = this.#outbox.flush(this.#channel);
    this.#takenBytes += taken;
    if (this.#outbox.pendingBytes === 0 && (this.#phase === "peerEnded" || this.#phase === "stopping")) this.#finish();
    else if (this.#isPaused && this.#outbox.pendingBytes <= bufferBytes / 2) this.#resume();
    if (log.isVerbose && taken > 0) this.#logData(0, taken);
    owner.onProgress();
  }

  /** The peer gets our FIN after its last echo. */
  ended(): void {
    if (this.#phase !== "echoing") return;
    this.#phase = "peerEnded";
    if (this.#outbox.pendingBytes === 0) this.#finish();
  }

  closed(code: string | undefined): void {
    this.#outbox.clear();
    this.#context.owner.onClosed(this, code);
  }

  /** The server shuts down: what was received is still echoed, and nothing after it. */
  stop(): void {
    if (this.#phase === "finished") return;
    this.#phase = "stopping";
    if (this.#outbox.pendingBytes === 0) this.#finish();
  }

  close(): void {
    this.#channel.close();
  }

  abort(): void {
    this.#channel.abort();
  }

  /**
   * How long no byte has moved, as far as calls of this method have seen. It compares totals, so the echo path need
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

  #finish(): void {
    this.#phase = "finished";
    this.#channel.shutdown();
    // Reads and drops what is still on its way, so that closing does not turn into a reset.
    if (this.#isPaused) this.#resume();
  }

  #resume(): void {
    this.#isPaused = false;
    this.#channel.resume();
  }

  #logData(rxBytes: number, txBytes: number): void {
    this.#context.log.event({ kind: "DATA", client: this.name, rxBytes, txBytes });
  }
}
