import { type ByteSink, Outbox } from "./outbox.ts";
import type { ByteStore } from "../transport/transport.ts";

/** What a connection needs of its transport. */
export interface Channel extends ByteSink {
  pause(): void;
  resume(): void;
  /** Sends FIN and keeps reading. */
  shutdown(): void;
  /** Drops the connection; `closed` follows. */
  terminate(): void;
}

/**
 * How far a connection has come:
 * `echoing`; `peerEnded` once the peer sent FIN and the rest of its echoes goes out; `stopping` once the server
 * is shutting down and only pending echoes go out; `finished` once our FIN is sent and nothing more will be.
 */
type Phase = "echoing" | "peerEnded" | "stopping" | "finished";

/** Echoes one peer's bytes: every byte, once, in order, with no more waiting than one read above the limit. */
export class EchoConnection {
  rxBytes = 0;
  txBytes = 0;
  readonly #channel: Channel;
  readonly #bufferBytes: number;
  readonly #outbox: Outbox;
  #phase: Phase = "echoing";
  #paused = false;
  #isBroken = false;

  /** @param bufferBytes unsent echo above which reading from the peer stops */
  constructor(channel: Channel, bufferBytes: number, store: ByteStore) {
    this.#channel = channel;
    this.#outbox = new Outbox(store);
    this.#bufferBytes = bufferBytes;
  }

  /** Whether a write found the connection gone. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether our FIN is sent, after the last echo. */
  get isFinished(): boolean {
    return this.#phase === "finished";
  }

  /** The peer sent bytes. */
  received(bytes: Uint8Array, offset: number, length: number): void {
    this.rxBytes += length;
    if (this.#phase !== "echoing") return;
    const accepted = this.#outbox.pendingBytes > 0 ? 0 : this.#channel.write(bytes, offset, length);
    if (accepted < 0) return this.refused();
    this.txBytes += accepted;
    if (accepted < length) this.#keep(bytes, offset + accepted, length - accepted);
  }

  /** The last of what the channel took was not sent after all. */
  unsent(bytes: Uint8Array, offset: number, length: number): void {
    this.txBytes -= length;
    this.#keep(bytes, offset, length);
  }

  #keep(bytes: Uint8Array, offset: number, length: number): void {
    this.#outbox.keep(bytes, offset, length);
    if (this.#paused || this.#outbox.pendingBytes <= this.#bufferBytes) return;
    this.#paused = true;
    this.#channel.pause();
  }

  /** The socket has room again. */
  writable(): void {
    const before = this.#outbox.pendingBytes;
    const isOpen = this.#outbox.flush(this.#channel);
    this.txBytes += before - this.#outbox.pendingBytes;
    if (!isOpen) return this.refused();
    if (this.#outbox.pendingBytes === 0 && (this.#phase === "peerEnded" || this.#phase === "stopping")) this.#finish();
    else if (this.#paused && this.#outbox.pendingBytes <= this.#bufferBytes / 2) this.#read();
  }

  /** The peer sent FIN: nothing more will come from it, and it gets ours after its last echo. */
  ended(): void {
    if (this.#phase !== "echoing") return;
    this.#phase = "peerEnded";
    if (this.#outbox.pendingBytes === 0) this.#finish();
  }

  /** The server shuts down: what was read is still echoed, nothing more is read to be echoed. */
  stop(): void {
    if (this.#phase === "finished") return;
    this.#phase = "stopping";
    if (this.#outbox.pendingBytes === 0) this.#finish();
  }

  /** The socket is gone. */
  closed(): void {
    this.#outbox.clear();
  }

  /** A write met a connection that is gone. Of a paused socket nobody tells that: whoever notices has to drop it. */
  refused(): void {
    this.#isBroken = true;
    this.#channel.terminate();
  }

  #finish(): void {
    this.#phase = "finished";
    this.#channel.shutdown();
    // Reads what is still under way, and drops it, so that closing does not turn into a reset.
    if (this.#paused) this.#read();
  }

  #read(): void {
    this.#paused = false;
    this.#channel.resume();
  }
}
