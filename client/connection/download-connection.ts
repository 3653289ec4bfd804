import { systemErrorPhrase } from "../../lib/error-names.ts";
import { GREETING, lineBegin, parseAnswer, requestLine } from "../../lib/oneway/request.ts";
import { decodeTrailer, TRAILER_BYTES } from "../../lib/oneway/trailer.ts";
import { formatCount, formatDuration, plural } from "../../lib/text/format-units.ts";
import { MismatchCollector } from "../payload/mismatch.ts";
import type { OneWayTraffic } from "../traffic/oneway-traffic.ts";
import { AnswerReader, quoteLine } from "./answer-reader.ts";
import type { OneWayContext } from "./connection-context.ts";
import { DRAIN_TIMEOUTS, LoadConnection } from "./load-connection.ts";

/** How much of what follows a wrong byte is collected, so that the fault can be named, and for how long. */
const COLLECT_BYTES = 64 * 1024;
const COLLECT_NS = 250e6;

/**
 * `ready` until it starts; `asking` until the server has answered; `receiving`; `collecting` what follows a wrong byte;
 * `ending` once FIN is sent, until the trailer has come; `complete`; `closed`.
 */
type Phase = "ready" | "asking" | "receiving" | "collecting" | "ending" | "complete" | "closed";

/** Asks the server for its part of the payload, and compares what comes until nothing more is wanted. */
export class DownloadConnection extends LoadConnection {
  readonly #oneWay: OneWayContext<LoadConnection>;
  readonly #traffic: OneWayTraffic;
  #phase: Phase = "ready";
  #receiveAt = 0;
  /** bytes of the payload that came and are right */
  #received = 0;
  #request: Uint8Array = new Uint8Array();
  readonly #answer = new AnswerReader();
  /** the last bytes that came, which may be those of the trailer */
  #tail: Buffer = Buffer.alloc(0);
  #mismatch: MismatchCollector | undefined;
  #sinceNs = 0;
  #finSentNs = 0;

  constructor(context: OneWayContext<LoadConnection>, number: number, slot: number) {
    super(context, number, slot);
    this.#oneWay = context;
    this.#traffic = context.createOneWayTraffic("download");
  }

  override get sendingFd(): undefined {
    return undefined;
  }

  get hasReceived(): boolean {
    return this.#received > 0;
  }

  readonly bytesInFlight = 0;
  readonly messagesInFlight = 0;
  readonly jitterNs = 0;

  /** Begins the line at once, so that the server waits with its pattern however long the load does. */
  protected established(nowNs: number): void {
    this.#sinceNs = nowNs;
    this.#request = lineBegin;
    this.#ask();
  }

  start(): void {
    if (this.#phase !== "ready" || !this.isOpen) return;
    this.#phase = "asking";
    this.#receiveAt = this.context.starts.next(this.slot);
    const { payload, bytesPerSecond: rate } = this.#oneWay;
    const line = Buffer.from(requestLine("chargen", { ...payload, start: this.#receiveAt, rate }));
    this.#request = line.subarray(lineBegin.length - this.#request.length);
    this.#sinceNs = this.context.nowNs();
    this.#ask();
  }

  #ask(): void {
    const taken = this.channel?.write(this.#request, 0, this.#request.length) ?? 0;
    this.#request = this.#request.subarray(taken);
  }

  drained(): void {
    if (this.#request.length > 0) this.#ask();
  }

  proceed(nowNs: number): void {
    this.context.recorder.reach(nowNs);
    if (this.#traffic.isSpent) this.#end();
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    const now = this.context.nowNs();
    switch (this.#phase) {
      case "asking":
        return this.#readAnswer(bytes, offset, length, now);
      case "receiving":
        return this.#compare(bytes, offset, length, now);
      case "collecting":
        return this.#collect(bytes, offset, length);
      case "ending":
        return this.#readTail(bytes, offset, length, now);
      case "ready":
      case "complete":
      case "closed":
    }
  }

  #readAnswer(bytes: Uint8Array, offset: number, length: number, now: number): void {
    const found = this.#answer.add(bytes, offset, length);
    if (found) this.#onAnswer(found.line, bytes, offset + found.taken, length - found.taken, now);
  }

  #onAnswer(line: string, bytes: Uint8Array, offset: number, length: number, now: number): void {
    const answer = parseAnswer(line);
    if (!answer) {
      return this.fail("surplus", `what listens there is no chargen of echobench: it said ${JSON.stringify(line)}`);
    }
    if (answer.refusal !== undefined) {
      return this.fail("closed-early", `the server refused to send: ${answer.refusal}`);
    }
    this.#phase = "receiving";
    this.#sinceNs = now;
    if (length > 0) this.#compare(bytes, offset, length, now);
    this.proceed(now);
  }

  #compare(bytes: Uint8Array, offset: number, length: number, now: number): void {
    const { recorder } = this.context;
    recorder.reach(now);
    if (!this.#isRight(bytes, offset, length)) return this.#startCollecting(bytes, offset, length, now);
    this.#advance(length, now);
    this.#traffic.offer();
    recorder.received(this.#traffic.moved(length));
    if (this.#traffic.offer() === 0 && this.#traffic.isSpent) this.#end();
  }

  #isRight(bytes: Uint8Array, offset: number, length: number): boolean {
    const { echo, verify } = this.context;
    return !verify || echo.hasAt(this.#receiveAt, bytes, offset, length);
  }

  #advance(length: number, now: number): void {
    this.#receiveAt = this.context.echo.advance(this.#receiveAt, length);
    this.#received += length;
    this.#sinceNs = now;
  }

  /** Nothing more is wanted: the server sends what is on its way, and its trailer. It has to answer first. */
  #end(): void {
    if (this.#phase !== "receiving") return;
    this.#phase = "ending";
    this.#sendFin();
  }

  #sendFin(): void {
    this.#sinceNs = this.context.nowNs();
    this.#finSentNs = this.#sinceNs;
    this.channel?.shutdown();
  }

  /** Compares all but the last bytes, which are the trailer when nothing follows them. */
  #readTail(bytes: Uint8Array, offset: number, length: number, now: number): void {
    const all = Buffer.concat([this.#tail, bytes.subarray(offset, offset + length)]);
    const compared = Math.max(0, all.length - TRAILER_BYTES);
    if (!this.#isRight(all, 0, compared)) return this.#startCollecting(all, 0, all.length, now);
    if (compared > 0) this.#advance(compared, now);
    this.#tail = all.subarray(compared);
  }

  ended(): void {
    if (this.#phase === "complete") return;
    if (this.#phase === "collecting") return this.#reportMismatch();
    const trailer = this.#phase === "ending" ? decodeTrailer(this.#tail) : undefined;
    if (!trailer) return this.fail("closed-early", `the server ended the stream ${this.#howFar}`);
    if (trailer.sent !== this.#received) {
      const sent = formatCount(trailer.sent);
      return this.fail("closed-early", `the server sent ${sent} bytes, of which ${formatCount(this.#received)} came`);
    }
    if (trailer.sender) this.#oneWay.onSender("download", trailer.sender);
    this.#sinceNs = this.context.nowNs();
    this.#phase = "complete";
    this.context.owner.onComplete(this);
  }

  get #soFar(): string {
    return plural(this.#received, "byte");
  }

  /** How far the server had come when it ended without a trailer. */
  get #howFar(): string {
    if (this.#phase === "asking") return `before it answered what it was asked to send${this.#answer.instead}`;
    if (!this.#tail.toString("latin1").startsWith(`${GREETING} `)) return `after ${this.#soFar}`;
    return `after ${this.#soFar} with a line that is no trailer: ${quoteLine(this.#tail)}`;
  }

  protected broken(code: string | undefined): void {
    if (this.#phase === "complete") return this.leave();
    this.fail("reset", `${systemErrorPhrase(code ?? "ECONNRESET")} after ${this.#soFar}`);
  }

  /** Collects from the first wrong byte on. */
  #startCollecting(bytes: Uint8Array, offset: number, length: number, now: number): void {
    const { echo, isDistinct, starts } = this.context;
    const right = echo.firstDifference(bytes.subarray(offset, offset + length), this.#receiveAt);
    this.#advance(right, now);
    this.#mismatch = new MismatchCollector({
      ...{ what: "stream", table: echo, at: this.#receiveAt, received: this.#received, outstanding: COLLECT_BYTES },
      ...{ isDistinct, others: starts.othersThan(this.slot) },
    });
    this.#phase = "collecting";
    this.#collect(bytes, offset + right, length - right);
  }

  #collect(bytes: Uint8Array, offset: number, length: number): void {
    this.#mismatch?.add(new Uint8Array(bytes.subarray(offset, offset + length)));
    if (this.#mismatch?.isComplete) this.#reportMismatch();
  }

  #reportMismatch(): void {
    const collected = this.#mismatch;
    this.#mismatch = undefined;
    if (!collected) return;
    if (decodeTrailer(collected.last(TRAILER_BYTES))) {
      return this.fail("closed-early", "the server ended the stream, as one does that is stopped");
    }
    this.report(collected.toFailure(this.number));
  }

  protected checkProgress(now: number, timeoutNs: number): void {
    const waitedNs = now - this.#sinceNs;
    if (this.#phase === "collecting") {
      if (waitedNs >= COLLECT_NS) this.#reportMismatch();
      return;
    }
    const drainNs = DRAIN_TIMEOUTS * timeoutNs;
    if (this.#phase === "ending" && now - this.#finSentNs >= drainNs) {
      return this.fail(
        "echo-timed-out",
        `the server had not ended ${formatDuration(drainNs / 1e6)} after FIN, after ${this.#soFar}`,
      );
    }
    if (this.#phase === "ready" || this.#phase === "closed" || waitedNs < timeoutNs) return;
    if (this.#phase === "complete") return this.failClose(timeoutNs);
    const within = formatDuration(timeoutNs / 1e6);
    const [what, detail] =
      this.#phase === "asking"
        ? ["the server did not answer what it was asked to send", this.#answer.instead]
        : ["nothing came", `, after ${this.#soFar}`];
    this.fail("echo-timed-out", `${what} within ${within}${detail}`);
  }

  protected override fail(...[kind, message]: Parameters<LoadConnection["fail"]>): void {
    if (this.#mismatch) this.#reportMismatch();
    else super.fail(kind, message);
  }

  shutdown(): void {
    if (!this.isOpen || this.#phase !== "ready") return;
    this.#phase = "complete";
    this.#sendFin();
  }

  protected override leave(): void {
    this.#phase = "closed";
    super.leave();
  }
}
