import type { Channel } from "../../lib/loop/channel.ts";
import type { ByteStore } from "../transport/transport.ts";
import { Outbox } from "../peer/outbox.ts";
import { type ServedContext, ServedConnection } from "../peer/served-connection.ts";

/** What all echo connections of a server share. */
export interface EchoContext extends ServedContext {
  /** unsent echo above which reading from a peer stops */
  readonly bufferBytes: number;
  readonly store: ByteStore;
  /** Changes bytes in place before they go back; undefined sends them back as they came. */
  readonly transform: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * How far a connection has come:
 * `handshaking` until it is established; `echoing`; `peerEnded` once the peer sent FIN and the rest of its echoes goes
 * out; `stopping` once the server shuts down and only pending echoes go out; `finished` once our FIN is queued.
 */
type Phase = "handshaking" | "echoing" | "peerEnded" | "stopping" | "finished";

/** Echoes one peer's bytes: every byte, once, in order, with no more waiting than one read above the limit. */
export class EchoConnection extends ServedConnection {
  readonly #context: EchoContext;
  readonly #outbox: Outbox;
  #phase: Phase = "handshaking";
  #isPaused = false;
  /** bytes that the channel has taken; those above `txBytes` are still on their way to the kernel */
  #takenBytes = 0;

  constructor(context: EchoContext, name: string, channel: Channel) {
    super(context, name, channel);
    this.#context = context;
    this.#outbox = new Outbox(context.store);
  }

  get isFinished(): boolean {
    return this.#phase === "finished" && this.txBytes === this.#takenBytes;
  }

  protected begin(): void {
    this.#phase = "echoing";
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    const { transform, tally, log } = this.#context;
    this.rxBytes += length;
    tally.received(length);
    if (transform) transform(bytes.subarray(offset, offset + length));
    const taken = this.#phase === "echoing" ? this.#echo(bytes, offset, length) : 0;
    if (log.isVerbose) this.logData(length, taken);
  }

  /** @returns bytes that the channel took */
  #echo(bytes: Uint8Array, offset: number, length: number): number {
    const taken = this.#outbox.pendingBytes > 0 ? 0 : this.channel.write(bytes, offset, length);
    this.#takenBytes += taken;
    if (taken < length) this.#keep(bytes, offset + taken, length - taken);
    return taken;
  }

  #keep(bytes: Uint8Array, offset: number, length: number): void {
    this.#outbox.keep(bytes, offset, length);
    if (this.#isPaused || this.#outbox.pendingBytes <= this.#context.bufferBytes) return;
    this.#isPaused = true;
    this.channel.pause();
  }

  override sent(bytes: number): void {
    super.sent(bytes);
    if (this.#phase === "finished") this.#context.owner.onProgress();
  }

  drained(): void {
    const { log, owner, bufferBytes } = this.#context;
    const taken = this.#outbox.flush(this.channel);
    this.#takenBytes += taken;
    if (this.#outbox.pendingBytes === 0 && (this.#phase === "peerEnded" || this.#phase === "stopping")) this.#finish();
    else if (this.#isPaused && this.#outbox.pendingBytes <= bufferBytes / 2) this.#resume();
    if (log.isVerbose && taken > 0) this.logData(0, taken);
    owner.onProgress();
  }

  /** The peer gets our FIN after its last echo. */
  ended(): void {
    if (this.#phase !== "echoing") return;
    this.#phase = "peerEnded";
    if (this.#outbox.pendingBytes === 0) this.#finish();
  }

  override closed(code: string | undefined): void {
    this.#outbox.clear();
    super.closed(code);
  }

  /** The server shuts down: what was received is still echoed, and nothing after it. */
  stop(): void {
    if (this.#phase === "finished") return;
    this.#phase = "stopping";
    if (this.#outbox.pendingBytes === 0) this.#finish();
  }

  #finish(): void {
    this.#phase = "finished";
    this.channel.shutdown();
    // Reads and drops what is still on its way, so that closing does not turn into a reset.
    if (this.#isPaused) this.#resume();
  }

  #resume(): void {
    this.#isPaused = false;
    this.channel.resume();
  }
}
