import { systemErrorPhrase } from "../../lib/error-names.ts";
import { type DiscardReport, parseDiscardReport } from "../../lib/oneway/discard-report.ts";
import { ByteRate } from "../../lib/payload/byte-rate.ts";
import { MAX_LINE_BYTES, parseAnswer, requestLine } from "../../lib/oneway/request.ts";
import { connectionInfo } from "../../lib/posix/connection-info.ts";
import { formatCount, formatDuration } from "../../lib/text/format-units.ts";
import type { OneWayTraffic } from "../traffic/oneway-traffic.ts";
import type { OneWayContext } from "./connection-context.ts";
import { DRAIN_TIMEOUTS, LoadConnection } from "./load-connection.ts";

/**
 * `ready` until it starts; `sending`; `confirming` once FIN is sent, until the server has said what it got; `complete`;
 * `closed`.
 */
type Phase = "ready" | "sending" | "confirming" | "complete" | "closed";

/** Sends its part of the payload to a server that checks it and says how much of it was right. */
export class UploadConnection extends LoadConnection {
  readonly #oneWay: OneWayContext<LoadConnection>;
  readonly #traffic: OneWayTraffic;
  #phase: Phase = "ready";
  #sendAt = 0;
  /** bytes of the payload that the channel took, and that were right at the server */
  #taken = 0;
  #right = 0;
  #request: Uint8Array = new Uint8Array();
  #isBlocked = false;
  readonly #rate: ByteRate | undefined;
  #line = "";
  /** since when nothing more was confirmed, or else nothing was to be */
  #progressNs = 0;
  #finSentNs = 0;
  /** whether it is called when the next piece may be sent */
  #waits = false;
  readonly #goOn = (): void => {
    this.#waits = false;
    this.#offerMore();
  };

  constructor(context: OneWayContext<LoadConnection>, number: number, slot: number) {
    super(context, number, slot);
    this.#oneWay = context;
    this.#traffic = context.createOneWayTraffic("upload");
    if (context.bytesPerSecond !== undefined) this.#rate = new ByteRate(context.bytesPerSecond);
  }

  get hasReceived(): boolean {
    return this.#right > 0;
  }

  get bytesInFlight(): number {
    return this.#taken - this.#right;
  }

  readonly messagesInFlight = 0;
  readonly jitterNs = 0;

  protected established(nowNs: number): void {
    this.#progressNs = nowNs;
  }

  start(): void {
    if (this.#phase !== "ready" || !this.isOpen) return;
    this.#phase = "sending";
    this.#sendAt = this.context.starts.next(this.slot);
    this.#request = Buffer.from(
      requestLine("discard", {
        ...this.#oneWay.payload,
        ...(!this.context.verify && { payload: "any" }),
        start: this.#sendAt,
      }),
    );
    this.#progressNs = this.context.nowNs();
    this.#offerMore();
  }

  proceed(nowNs: number): void {
    this.context.recorder.reach(nowNs);
    this.#offerMore();
  }

  /** Offers once: what a socket takes at a time is a lot where a thousand of them wait for their turn. */
  #offerMore(): void {
    if (this.#phase === "sending" && !this.#isBlocked && this.#offerNext() && !this.#isBlocked) this.#goOnAfter(0);
  }

  #goOnAfter(ms: number): void {
    if (!this.#waits) this.#oneWay.after(ms, this.#goOn);
    this.#waits = true;
  }

  /** @returns whether there is more to be offered now */
  #offerNext(): boolean {
    const { table } = this.context;
    const { channel } = this;
    if (!channel) return false;
    if (this.#request.length > 0) {
      const taken = channel.write(this.#request, 0, this.#request.length);
      this.#isBlocked = taken < this.#request.length;
      this.#request = this.#request.subarray(taken);
      if (this.#isBlocked) return false;
    }
    const offered = Math.min(this.#traffic.offer(), table.runLength(this.#sendAt)) | 0;
    if (offered === 0) {
      if (this.#traffic.isSpent) this.#confirm();
      return false;
    }
    const length = this.#allowed(offered);
    if (length === 0) return false;
    if (this.bytesInFlight === 0) this.#progressNs = this.context.nowNs();
    const taken = channel.write(table.bytes, this.#sendAt, length);
    this.#sendAt = table.advance(this.#sendAt, taken);
    this.#taken += taken;
    this.#traffic.moved(taken);
    this.#rate?.sent(taken);
    this.#isBlocked = taken < length;
    return true;
  }

  /** @returns how many bytes may be sent now; if none, more are offered when they may */
  #allowed(length: number): number {
    if (!this.#rate) return length;
    const nowNs = this.context.nowNs();
    if (this.#rate.isDue(nowNs)) return Math.min(length, this.#rate.pieceBytes);
    this.#goOnAfter((this.#rate.dueNs() - nowNs) / 1e6);
    return 0;
  }

  /** Everything is sent: the server is to say what it got. */
  #confirm(): void {
    this.#phase = "confirming";
    this.#finSentNs = this.context.nowNs();
    const sender = connectionInfo(this.fd);
    if (sender) this.#oneWay.onSender("upload", sender);
    this.channel?.shutdown();
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    if (this.#phase === "closed") return;
    this.#line += Buffer.from(bytes.subarray(offset, offset + length)).toString("latin1");
    for (let end = this.#line.indexOf("\n"); end >= 0 && this.isOpen; end = this.#line.indexOf("\n")) {
      const line = this.#line.slice(0, end);
      this.#line = this.#line.slice(end + 1);
      this.#onLine(line);
    }
    if (this.isOpen && this.#line.length > MAX_LINE_BYTES) this.#failForeign(this.#line);
  }

  #onLine(line: string): void {
    const answer = parseAnswer(line);
    const report = parseDiscardReport(line);
    if (answer?.refusal !== undefined) {
      this.fail("closed-early", `the server refused to check what is sent: ${answer.refusal}`);
    } else if (report) {
      this.#onReport(report);
    } else if (!answer) {
      this.#failForeign(line);
    }
  }

  #failForeign(line: string): void {
    const shown = JSON.stringify(line.slice(0, 40));
    this.fail("surplus", `what listens there is no discard of echobench: it said ${shown}`);
  }

  #onReport(report: DiscardReport): void {
    const { recorder, nowNs } = this.context;
    const now = nowNs();
    recorder.reach(now);
    switch (report.kind) {
      case "right":
        return this.#count(report.bytes, now);
      case "wrong":
        if (report.at >= this.#taken) return this.#failSurplus();
        return this.report({
          ...{ kind: "mismatch", connection: this.number, offset: report.at },
          ...{ expected: report.expected, actual: report.received },
          message: `byte ${formatCount(report.at)} came to the server as another one`,
        });
      case "end":
        return this.#onEnd(report.received, report.right, now);
    }
  }

  #failSurplus(): void {
    this.fail("surplus", "the server got more bytes than were sent");
  }

  #count(right: number, now: number): void {
    if (right > this.#taken) return this.#failSurplus();
    if (right < this.#right) return this.fail("surplus", "the server took back bytes that it had confirmed");
    if (right === this.#right) return;
    this.context.recorder.uploaded(right - this.#right);
    this.#right = right;
    this.#progressNs = now;
  }

  #onEnd(received: number, right: number, now: number): void {
    this.#count(right, now);
    if (!this.isOpen) return;
    if (this.#phase !== "confirming") {
      return this.fail("closed-early", this.#describeLoss("the server ended the connection"));
    }
    if (right !== this.#taken || received !== this.#taken) {
      return this.fail("closed-early", this.#describeLoss("not all bytes came to the server"));
    }
    this.#phase = "complete";
    this.#progressNs = now;
    this.context.owner.onComplete(this);
  }

  drained(): void {
    this.#isBlocked = false;
    this.#offerMore();
  }

  ended(): void {
    if (this.#phase === "complete") return;
    this.fail("closed-early", this.#describeLoss("the server closed the connection"));
  }

  protected broken(code: string | undefined): void {
    if (this.#phase === "complete") return this.leave();
    this.fail("reset", this.#describeLoss(systemErrorPhrase(code ?? "ECONNRESET")));
  }

  protected checkProgress(now: number, timeoutNs: number): void {
    const isLate = now - this.#progressNs >= timeoutNs;
    if (this.#phase === "complete") {
      if (isLate) this.failClose(timeoutNs);
      return;
    }
    const isWaiting = this.#phase === "confirming" || (this.#phase === "sending" && this.bytesInFlight > 0);
    const drainNs = DRAIN_TIMEOUTS * timeoutNs;
    if (isWaiting && isLate) {
      this.#failLate(`the server confirmed nothing more within ${formatDuration(timeoutNs / 1e6)}`);
    } else if (this.#phase === "confirming" && now - this.#finSentNs >= drainNs) {
      this.#failLate(`the server had not confirmed everything ${formatDuration(drainNs / 1e6)} after FIN`);
    }
  }

  #failLate(what: string): void {
    this.fail("echo-timed-out", this.#describeLoss(what));
  }

  shutdown(): void {
    if (!this.isOpen || this.#phase !== "ready") return;
    this.#phase = "complete";
    this.#progressNs = this.context.nowNs();
    this.channel?.shutdown();
  }

  #describeLoss(what: string): string {
    if (this.#taken === 0) return `${what}; nothing had been sent yet`;
    return `${what}; ${formatCount(this.bytesInFlight)} of ${formatCount(this.#taken)} bytes were not confirmed`;
  }

  protected override leave(): void {
    this.#phase = "closed";
    super.leave();
  }
}
