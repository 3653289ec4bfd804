import { connectionInfo } from "../../lib/posix/connection-info.ts";
import type { TcpInfo } from "../../lib/posix/tcp-info.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { Channel, ChannelEvents, TlsSession } from "../../lib/loop/channel.ts";

/** Why a message did not come back. `received` is everything that had come by then. */
export type PingFailure =
  /** something other than the echo came */
  | { readonly kind: "mismatch"; readonly received: Uint8Array }
  | { readonly kind: "timed-out"; readonly received: Uint8Array }
  /** the peer sent FIN */
  | { readonly kind: "ended"; readonly received: Uint8Array }
  /** @property code of the system error; undefined when there was none */
  | { readonly kind: "closed"; readonly code: string | undefined; readonly received: Uint8Array };

/** What became of one message. */
export type PingOutcome = { readonly kind: "echoed"; readonly rttNs: number } | PingFailure;

/** How opening a connection ended. */
export type OpenResult =
  | { readonly kind: "open"; readonly tookNs: number }
  /** the code is a system error or one of `tlsCode` */
  | { readonly kind: "failed"; readonly code: string };

/** How the peer answered our FIN: with its own, with a reset, or not in time. */
export type CloseOutcome = "closed" | "reset" | "silent";

/** After a mismatch, how long to keep receiving, so that the service can be named. */
const COLLECT_MS = 300;

/** Received bytes that are kept. */
const KEPT_BYTES = 4_096;

/** How long the peer may take to answer our FIN when nobody waits for it, or nobody any more. */
const CLOSE_DELAY_MS = 300;

/** One connection that sends one message at a time and keeps what comes back, whatever it is. */
export class PingConnection implements ChannelEvents {
  readonly #nowNs: () => number;
  readonly #openResult = Promise.withResolvers<OpenResult>();
  readonly #disconnected = Promise.withResolvers<"closed" | "reset">();
  readonly #startedNs: number;
  #channel: Channel | undefined;
  #session: TlsSession | undefined;
  #unsent: Uint8Array = new Uint8Array();
  #received: Uint8Array = new Uint8Array();
  #lastNs = 0;
  #end: "none" | "ended" | "closed" = "none";
  #code: string | undefined;
  #onChange = (): void => {};

  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
    this.#startedNs = nowNs();
  }

  /** Settles when the connection is open or has failed. */
  get openResult(): Promise<OpenResult> {
    return this.#openResult.promise;
  }

  /** Settles when the peer has sent FIN or the connection is closed. */
  get disconnected(): Promise<unknown> {
    return this.#disconnected.promise;
  }

  get isOpen(): boolean {
    return this.#channel !== undefined;
  }

  /** See `Channel.fd`; undefined unless the connection is open. */
  get fd(): number | undefined {
    return this.#channel?.fd;
  }

  /** undefined without TLS */
  get session(): TlsSession | undefined {
    return this.#session;
  }

  /** undefined where the kernel has no TCP_INFO, and unless the connection is open */
  get tcpInfo(): TcpInfo | undefined {
    return connectionInfo(this.fd);
  }

  opened(channel: Channel, session?: TlsSession): void {
    this.#channel = channel;
    this.#session = session;
    this.#openResult.resolve({ kind: "open", tookNs: this.#nowNs() - this.#startedNs });
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    this.#lastNs = this.#nowNs();
    if (this.#received.length < KEPT_BYTES) {
      this.#received = Buffer.concat([this.#received, bytes.subarray(offset, offset + length)]);
    }
    this.#onChange();
  }

  drained(): void {
    this.#flush();
  }

  sent(): void {}

  ended(): void {
    if (this.#end === "none") this.#end = "ended";
    this.#disconnected.resolve("closed");
    this.#onChange();
  }

  closed(code: string | undefined): void {
    this.#end = "closed";
    this.#code = code;
    this.#channel = undefined;
    this.#openResult.resolve({ kind: "failed", code: code ?? "ECONNRESET" });
    this.#disconnected.resolve(code === undefined ? "closed" : "reset");
    this.#onChange();
  }

  #flush(): void {
    const accepted = this.#channel?.write(this.#unsent, 0, this.#unsent.length) ?? 0;
    this.#unsent = this.#unsent.subarray(accepted);
  }

  /**
   * Sends a message and waits for its echo. Bytes received before it count as a mismatch.
   * @param echo the bytes that should come back
   */
  ping(message: Uint8Array, echo: Uint8Array, timeoutMs: number): Promise<PingOutcome> {
    const sentNs = this.#nowNs();
    this.#unsent = message;
    this.#flush();
    const { promise, resolve } = Promise.withResolvers<PingOutcome>();
    let cancel = eventLoopTimers.after(timeoutMs, () => settle({ kind: "timed-out", received: this.#received }));
    let isMismatch = false;
    const settle = (outcome: PingOutcome): void => {
      cancel();
      this.#onChange = () => {};
      resolve(outcome);
    };
    const check = (): void => {
      const received = this.#received;
      const isPrefix = Buffer.compare(received, echo.subarray(0, received.length)) === 0;
      if (isPrefix && received.length === echo.length) {
        this.#received = new Uint8Array();
        return settle({ kind: "echoed", rttNs: this.#lastNs - sentNs });
      }
      if (!isPrefix && !isMismatch) {
        isMismatch = true;
        cancel();
        cancel = eventLoopTimers.after(COLLECT_MS, () => settle({ kind: "mismatch", received: this.#received }));
      }
      if (this.#end === "none") return;
      if (isMismatch) return settle({ kind: "mismatch", received });
      settle(this.#end === "ended" ? { kind: "ended", received } : { kind: "closed", code: this.#code, received });
    };
    this.#onChange = check;
    check();
    return promise;
  }

  /** Sends FIN, and aborts the connection if the peer does not answer it soon. */
  shutdown(): void {
    void this.close(CLOSE_DELAY_MS);
  }

  /**
   * Sends FIN and waits for the peer's, and aborts the connection if it does not come.
   * @param hurry after it, the peer has a moment left
   * @returns undefined when the hurry left the peer less than its time, and when the connection was closed before
   */
  async close(limitMs: number, hurry?: AbortSignal): Promise<CloseOutcome | undefined> {
    const channel = this.#channel;
    if (!channel) return undefined;
    channel.shutdown();
    const { promise: late, resolve } = Promise.withResolvers<"silent" | undefined>();
    const cancels = [eventLoopTimers.after(limitMs, () => resolve("silent"))];
    const hasten = (): void => void cancels.push(eventLoopTimers.after(CLOSE_DELAY_MS, () => resolve(undefined)));
    if (hurry?.aborted) hasten();
    hurry?.addEventListener("abort", hasten, { once: true });
    const outcome = await Promise.race([this.#disconnected.promise, late]);
    hurry?.removeEventListener("abort", hasten);
    for (const cancel of cancels) cancel();
    channel.abort();
    return outcome;
  }
}
