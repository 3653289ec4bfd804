import type { Channel } from "../../lib/loop/channel.ts";
import { FirstLine } from "../../lib/oneway/first-line.ts";
import { answerLine, parseRequest } from "../../lib/oneway/request.ts";
import { encodeTrailer } from "../../lib/oneway/trailer.ts";
import { ByteRate } from "../../lib/payload/byte-rate.ts";
import { spacePackets } from "../../lib/posix/pacing.ts";
import type { PayloadTable } from "../../lib/payload/payload-table.ts";
import { connectionInfo } from "../../lib/posix/connection-info.ts";
import { ServedConnection } from "../peer/served-connection.ts";
import type { OneWayContext } from "./oneway-context.ts";
import { createPattern, PATTERN_LINE_BYTES } from "./pattern.ts";
import type { PayloadKey } from "./payload-cache.ts";

/** How long a peer may take to begin to ask for bytes of its own. Then it gets the pattern; it may still ask. */
const ASK_MS = 500;

/**
 * `waiting` until it is known what the peer wants; `pattern`; `stream` of the bytes it asked for; `ending` while what is
 * said last goes out; `finished` once our FIN is queued.
 */
type Phase = "waiting" | "pattern" | "stream" | "ending" | "finished";

let pattern: PayloadTable | undefined;

/** Sends for as long as the peer reads: the pattern of RFC 864, or the bytes that the peer asks for. */
export class ChargenConnection extends ServedConnection {
  readonly #context: OneWayContext;
  #phase: Phase = "waiting";
  /** until it is known whether the peer asks */
  #first: FirstLine | undefined = new FirstLine();
  #key: PayloadKey | undefined;
  #rate: ByteRate | undefined;
  #source: PayloadTable | undefined;
  #at = 0;
  #sourceBytes = 0;
  /** goes out before anything else of the source */
  #said: Uint8Array = new Uint8Array();
  #takenBytes = 0;
  #isBlocked = false;
  #cancel = (): void => {};
  readonly #offer = (): void => this.#offerMore();

  constructor(context: OneWayContext, name: string, channel: Channel) {
    super(context, name, channel);
    this.#context = context;
  }

  get isFinished(): boolean {
    return this.#phase === "finished" && this.txBytes === this.#takenBytes;
  }

  protected begin(): void {
    this.#cancel = this.#context.timers.after(ASK_MS, () => {
      if (!this.#first?.isBegun) this.#startPattern();
    });
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    const { tally, log } = this.#context;
    this.rxBytes += length;
    tally.received(length);
    if (log.isVerbose) this.logData(length, 0);
    if (!this.#first || (this.#phase !== "waiting" && this.#phase !== "pattern")) return;
    const found = this.#first.add(bytes, offset, length);
    if (found.kind === "unknown") return;
    this.#first = undefined;
    if (found.kind === "line") this.#answer(found.line);
    else if (this.#phase === "waiting") this.#startPattern();
  }

  #startPattern(): void {
    this.#cancel();
    this.#phase = "pattern";
    this.#source = pattern ??= createPattern();
    this.#offerMore();
  }

  #answer(line: string): void {
    const request = parseRequest("chargen", line);
    if (typeof request === "string") return this.#refuse(request);
    if (request.payload === "any") return this.#refuse("no payload to send");
    const key = { payload: request.payload, seed: request.seed };
    const source = this.#context.payloads.take(key);
    if (typeof source === "string") return this.#refuse(source);
    this.#cancel();
    this.#say(answerLine());
    const follows = this.#phase === "pattern";
    this.#phase = "stream";
    this.#key = key;
    if (request.rate !== undefined) {
      this.#rate = new ByteRate(request.rate);
      // The kernel would space the rest of the pattern too, which the answer waits for.
      if (!follows) spacePackets(this.channel.fd, request.rate);
    }
    this.#source = source;
    this.#at = request.start % source.periodBytes;
    this.#sourceBytes = 0;
    this.#offerMore();
  }

  #refuse(reason: string): void {
    this.#say(answerLine(reason));
    this.#end();
  }

  /** Says it after the line of the pattern that is going out. */
  #say(text: string | Uint8Array): void {
    const rest = this.#phase === "pattern" ? this.#restOfLine() : new Uint8Array();
    this.#said = Buffer.concat([this.#said, rest, typeof text === "string" ? Buffer.from(text, "latin1") : text]);
  }

  #restOfLine(): Uint8Array {
    const begun = this.#sourceBytes % PATTERN_LINE_BYTES;
    return begun > 0
      ? (this.#source?.copy(this.#at, PATTERN_LINE_BYTES - begun) ?? new Uint8Array())
      : new Uint8Array();
  }

  /** Offers once: what a socket takes at a time is a lot where a thousand of them wait for their turn. */
  #offerMore(): void {
    const before = this.#takenBytes;
    if (!this.#isBlocked && this.#offerNext() && !this.#isBlocked) this.#offerAfter(0);
    if (this.#context.log.isVerbose && this.#takenBytes > before) this.logData(0, this.#takenBytes - before);
  }

  /** @returns whether there is more to be offered */
  #offerNext(): boolean {
    if (this.#said.length > 0) {
      this.#said = this.#said.subarray(this.#write(this.#said, 0, this.#said.length));
      return true;
    }
    if (this.#phase === "ending") this.#finish();
    const source = this.#source;
    if (!source || (this.#phase !== "pattern" && this.#phase !== "stream")) return false;
    const length = this.#allowed(source.runLength(this.#at));
    if (length === 0) return false;
    const taken = this.#write(source.bytes, this.#at, length);
    this.#rate?.sent(taken);
    this.#at = source.advance(this.#at, taken);
    this.#sourceBytes += taken;
    return true;
  }

  /** @returns how many bytes may be sent now; if none, more are offered when they may */
  #allowed(length: number): number {
    if (!this.#rate) return length;
    const nowNs = this.#context.nowMs() * 1e6;
    if (this.#rate.isDue(nowNs)) return Math.min(length, this.#rate.pieceBytes);
    this.#offerAfter((this.#rate.dueNs() - nowNs) / 1e6);
    return 0;
  }

  #offerAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#context.timers.after(ms, this.#offer);
  }

  #write(bytes: Uint8Array, offset: number, length: number): number {
    const taken = this.channel.write(bytes, offset, length);
    this.#takenBytes += taken;
    this.#isBlocked = taken < length;
    return taken;
  }

  override sent(bytes: number): void {
    super.sent(bytes);
    if (this.#phase === "finished") this.#context.owner.onProgress();
  }

  drained(): void {
    this.#isBlocked = false;
    this.#offerMore();
    this.#context.owner.onProgress();
  }

  /** The peer wants no more. A stream that it asked for gets its trailer. */
  ended(): void {
    this.stop();
  }

  stop(): void {
    if (this.#phase === "ending" || this.#phase === "finished") return;
    if (this.#phase === "stream")
      this.#say(encodeTrailer({ sent: this.#sourceBytes, sender: connectionInfo(this.channel.fd) ?? null }));
    this.#end();
  }

  #end(): void {
    this.#cancel();
    this.#phase = "ending";
    this.#offerMore();
  }

  #finish(): void {
    this.#phase = "finished";
    this.channel.shutdown();
  }

  override closed(code: string | undefined): void {
    this.#cancel();
    if (this.#key) this.#context.payloads.release(this.#key);
    super.closed(code);
  }
}
