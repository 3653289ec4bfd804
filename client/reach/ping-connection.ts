import type { Channel, ChannelEvents, TlsSession } from "../../lib/loop/channel.ts";

/** How one message fared. `heard` is what had come when it was clear. */
export type Exchange =
  | { readonly kind: "echoed"; readonly rttNs: number }
  /** something else came */
  | { readonly kind: "different"; readonly heard: Uint8Array }
  | { readonly kind: "timed-out"; readonly heard: Uint8Array }
  /** the peer sent FIN */
  | { readonly kind: "ended"; readonly heard: Uint8Array }
  /** @property code of the system error, undefined for an orderly end */
  | { readonly kind: "closed"; readonly code: string | undefined; readonly heard: Uint8Array };

/** How opening a connection ended. */
export type Opening =
  | { readonly kind: "open"; readonly tookNs: number }
  /** the code is of a system error, or one of `tlsCode` */
  | { readonly kind: "failed"; readonly code: string };

/** After something else than the echo, how long more of it is listened to, so that it can be named. */
const LISTEN_MS = 300;

/** So much of what comes is kept. */
const HEARD_BYTES = 4_096;

/** One connection on which messages go out one at a time; what comes back is kept, whatever it is. */
export class Conversation implements ChannelEvents {
  readonly #nowNs: () => number;
  readonly #opening = Promise.withResolvers<Opening>();
  readonly #gone = Promise.withResolvers<void>();
  readonly #dialledNs: number;
  #channel: Channel | undefined;
  #session: TlsSession | undefined;
  #unsent: Uint8Array = new Uint8Array();
  #heard: Uint8Array = new Uint8Array();
  #lastNs = 0;
  #end: "none" | "ended" | "closed" = "none";
  #code: string | undefined;
  #onNews = (): void => {};

  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
    this.#dialledNs = nowNs();
  }

  /** Settles when the connection stands, or does not come about. */
  get opening(): Promise<Opening> {
    return this.#opening.promise;
  }

  /** Settles when the peer has ended the connection, or it broke. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** undefined without TLS */
  get session(): TlsSession | undefined {
    return this.#session;
  }

  opened(channel: Channel, session?: TlsSession): void {
    this.#channel = channel;
    this.#session = session;
    this.#opening.resolve({ kind: "open", tookNs: this.#nowNs() - this.#dialledNs });
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    this.#lastNs = this.#nowNs();
    if (this.#heard.length < HEARD_BYTES) {
      this.#heard = Buffer.concat([this.#heard, bytes.subarray(offset, offset + length)]);
    }
    this.#onNews();
  }

  drained(): void {
    this.#flush();
  }

  sent(): void {}

  ended(): void {
    if (this.#end === "none") this.#end = "ended";
    this.#gone.resolve();
    this.#onNews();
  }

  closed(code: string | undefined): void {
    this.#end = "closed";
    this.#code = code;
    this.#channel = undefined;
    this.#opening.resolve({ kind: "failed", code: code ?? "ECONNRESET" });
    this.#gone.resolve();
    this.#onNews();
  }

  #flush(): void {
    const accepted = this.#channel?.write(this.#unsent, 0, this.#unsent.length) ?? 0;
    this.#unsent = this.#unsent.subarray(Math.max(0, accepted));
  }

  /** Sends a message and waits for its echo; what had come before is no echo of it. @param echo what should come back */
  exchange(message: Uint8Array, echo: Uint8Array, timeoutMs: number): Promise<Exchange> {
    const sentNs = this.#nowNs();
    this.#unsent = message;
    this.#flush();
    const { promise, resolve } = Promise.withResolvers<Exchange>();
    let timer = setTimeout(() => settle({ kind: "timed-out", heard: this.#heard }), timeoutMs);
    let isDifferent = false;
    const settle = (exchange: Exchange): void => {
      clearTimeout(timer);
      this.#onNews = () => {};
      resolve(exchange);
    };
    const look = (): void => {
      const heard = this.#heard;
      const isBegun = Buffer.compare(heard, echo.subarray(0, heard.length)) === 0;
      if (isBegun && heard.length === echo.length) {
        this.#heard = new Uint8Array();
        return settle({ kind: "echoed", rttNs: this.#lastNs - sentNs });
      }
      if (!isBegun && !isDifferent) {
        isDifferent = true;
        clearTimeout(timer);
        timer = setTimeout(() => settle({ kind: "different", heard: this.#heard }), LISTEN_MS);
      }
      if (this.#end === "none") return;
      if (isDifferent) return settle({ kind: "different", heard });
      settle(this.#end === "ended" ? { kind: "ended", heard } : { kind: "closed", code: this.#code, heard });
    };
    this.#onNews = look;
    look();
    return promise;
  }

  /** Says goodbye with FIN, and does not wait for the answer. */
  finish(): void {
    this.#channel?.shutdown();
    const channel = this.#channel;
    setTimeout(() => channel?.abort(), LISTEN_MS).unref();
  }
}
