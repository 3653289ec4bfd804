import type { Channel, ChannelEvents, TlsSession } from "../../lib/loop/channel.ts";
import { systemErrorPhrase } from "../../lib/error-names.ts";
import { formatDuration } from "../../lib/text/format-units.ts";
import { connectFailureKind, type Failure, plainFailure } from "../failure/failure.ts";
import { tlsPhrase } from "../failure/tls-failure.ts";
import type { ConnectionContext } from "./connection-context.ts";

/** What was on its way when FIN was sent has so many times the limit of an echo to come: long queues may lie between. */
export const DRAIN_TIMEOUTS = 6;

/** One connection of a load: its connect, its times and its end. What it sends and expects its kind decides. */
export abstract class LoadConnection implements ChannelEvents {
  /** counted from 0 over the whole load */
  readonly number: number;
  /** counted from 0 within the thread */
  readonly slot: number;
  protected readonly context: ConnectionContext<LoadConnection>;
  readonly #connectStartNs: number;
  #connectEndNs = 0;
  #state: "connecting" | "open" | "closed" = "connecting";
  #channel: Channel | undefined;
  #failure: Failure | undefined;

  constructor(context: ConnectionContext<LoadConnection>, number: number, slot: number) {
    this.number = number;
    this.slot = slot;
    this.context = context;
    this.#connectStartNs = context.nowNs();
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isConnecting(): boolean {
    return this.#state === "connecting";
  }

  /** How long the connect took, TLS included. Only of a connection that was established. */
  get connectNs(): number {
    return this.#connectEndNs - this.#connectStartNs;
  }

  /** Since when it exists. */
  ageNs(nowNs: number): number {
    return nowNs - this.#connectStartNs;
  }

  /** What ended it, unless it ended well. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** See `Channel.fd`. */
  get fd(): number | undefined {
    return this.#channel?.fd;
  }

  /** of a connection that the kernel of this end has figures of: one on which this end sends */
  get sendingFd(): number | undefined {
    return this.fd;
  }

  /** undefined until it is established */
  protected get channel(): Channel | undefined {
    return this.#channel;
  }

  /** Whether any byte has come to the end that it was sent to. */
  abstract get hasReceived(): boolean;
  abstract get bytesInFlight(): number;
  abstract get messagesInFlight(): number;

  /** of successive round trips, nanoseconds; 0 where there were not two */
  abstract get jitterNs(): number;

  opened(channel: Channel, session?: TlsSession): void {
    if (this.#state !== "connecting") return channel.abort();
    this.#channel = channel;
    this.#state = "open";
    this.#connectEndNs = this.context.nowNs();
    this.established(this.#connectEndNs);
    this.context.owner.onConnectEnded(this, session);
  }

  /** The connect succeeded at that time. */
  protected abstract established(nowNs: number): void;

  /** Begins its load. */
  abstract start(): void;

  /** Goes on with what is due by now, or ends when nothing more may be sent. */
  abstract proceed(nowNs: number): void;

  abstract received(bytes: Uint8Array, offset: number, length: number): void;

  sent(bytes: number): void {
    this.context.recorder.sent(bytes);
  }

  abstract drained(): void;

  abstract ended(): void;

  closed(code: string | undefined): void {
    if (this.#state === "closed") return;
    const tlsReason = code && tlsPhrase(code);
    if (tlsReason) {
      this.fail("tls", tlsReason);
    } else if (this.#state === "connecting") {
      this.fail(connectFailureKind(code ?? ""), systemErrorPhrase(code ?? "connect failed"));
    } else if (code === "ECONNREFUSED") {
      // The first message was to make the connection.
      this.fail("connect-refused", systemErrorPhrase(code));
    } else {
      this.broken(code);
    }
  }

  /** An established connection has closed, and not by TLS. @param code see `ChannelEvents.closed` */
  protected abstract broken(code: string | undefined): void;

  /** Fails what has taken too long. Connects, echoes, mismatches and closes have limits of their own. */
  checkDeadline(now: number, connectTimeoutNs: number, echoTimeoutNs: number): void {
    if (this.#state !== "connecting") return this.checkProgress(now, echoTimeoutNs);
    if (now - this.#connectStartNs < connectTimeoutNs) return;
    this.fail("connect-timed-out", `no answer within ${formatDuration(connectTimeoutNs / 1e6)}`);
  }

  /** The same of what follows the connect. */
  protected abstract checkProgress(now: number, timeoutNs: number): void;

  /** Sends FIN if everything is done. */
  abstract shutdown(): void;

  /** Resets the connection. What is in flight does not count as lost. */
  abort(): void {
    this.leave();
  }

  protected fail(kind: Failure["kind"], message: string): void {
    this.report(plainFailure(kind, this.number, message));
  }

  protected report(failure: Failure): void {
    this.#failure = failure;
    this.context.owner.onFailed(this, failure);
    this.leave();
  }

  protected failClose(timeoutNs: number): void {
    this.fail("close-timed-out", `the server did not answer FIN within ${formatDuration(timeoutNs / 1e6)}`);
  }

  /** Leaves the load; once. */
  protected leave(): void {
    if (this.#state === "closed") return;
    const wasConnecting = this.#state === "connecting";
    this.#state = "closed";
    this.#channel?.abort();
    if (wasConnecting) this.context.owner.onConnectEnded(this, undefined);
    this.context.owner.onClosed(this);
  }
}
