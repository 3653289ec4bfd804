import { seenSince } from "../../lib/loop/standstill.ts";
import { systemErrorPhrase } from "../../lib/error-names.ts";
import { formatDuration } from "../../lib/text/format-units.ts";
import { describeLoss, type Failure } from "../failure/failure.ts";
import { MismatchCollector } from "../payload/mismatch.ts";
import type { Traffic } from "../traffic/traffic.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { LoadConnection } from "./load-connection.ts";

/**
 * `ready` until it starts; `echoing` while messages are sent; `collecting` what follows a wrong byte;
 * `complete` when everything has come back and nothing more will be sent; `finishing` once FIN is sent; `closed`.
 */
type Phase = "ready" | "echoing" | "collecting" | "complete" | "finishing" | "closed";

/** How long what follows a wrong byte is collected, so that the fault can be named. */
const COLLECT_NS = 250e6;

/** To compare so many bytes takes no longer than to read the clock. */
const QUICK_BYTES = 2048;

/** One connection's load: sends its part of the payload as its traffic decides, and compares what comes back. */
export class EchoConnection extends LoadConnection {
  readonly #traffic: Traffic;
  #phase: Phase = "ready";
  /** where the next bytes to send and to receive lie in the payload table */
  #sendAt = 0;
  #receiveAt = 0;
  /** positions in the connection's stream: what the traffic wants sent, what the channel took, what has come back */
  #committed = 0;
  #taken = 0;
  #received = 0;
  #isBlocked = false;
  /** since when the channel takes bytes */
  #writableSinceNs = 0;
  #mismatch: MismatchCollector | undefined;
  #mismatchSinceNs = 0;
  #finSentNs = 0;
  #hasEnded = false;

  constructor(context: ConnectionContext<LoadConnection>, number: number, slot: number) {
    super(context, number, slot);
    this.#traffic = context.createTraffic(slot);
  }

  get hasReceived(): boolean {
    return this.#received > 0;
  }

  get bytesInFlight(): number {
    return this.#committed - this.#received;
  }

  get messagesInFlight(): number {
    return this.#traffic.messagesInFlight;
  }

  get jitterNs(): number {
    return this.#traffic.jitterNs;
  }

  protected established(nowNs: number): void {
    this.#writableSinceNs = nowNs;
  }

  start(): void {
    if (this.#phase !== "ready" || !this.isOpen) return;
    this.#phase = "echoing";
    this.#sendAt = this.context.starts.next(this.slot);
    this.#receiveAt = this.#sendAt;
    const now = this.context.nowNs();
    this.#refill(now, now);
  }

  /** It is complete when nothing more may be sent and all has come back. */
  proceed(now: number): void {
    this.context.recorder.reach(now);
    // Those that are woken together are offered one after the other.
    if (this.#phase === "echoing") this.#refill(now, this.context.nowNs());
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    if (this.#phase === "collecting") return this.#collect(bytes, offset, length);
    if (this.#phase === "closed") return;
    const { echo, recorder, nowNs, verify } = this.context;
    // Before the comparison, which is no part of the round trip.
    const now = nowNs();
    const isSurplus = this.#received + length > this.#taken;
    if (isSurplus || (verify && !echo.hasAt(this.#receiveAt, bytes, offset, length))) {
      return this.#startCollecting(bytes, offset, length);
    }
    this.#receiveAt = echo.advance(this.#receiveAt, length);
    this.#received += length;
    recorder.reach(now);
    recorder.received(length);
    this.#traffic.returned(this.#received, now);
    this.#refill(now, length > QUICK_BYTES ? nowNs() : now);
  }

  drained(): void {
    this.#isBlocked = false;
    const now = this.context.nowNs();
    this.#writableSinceNs = seenSince(this.context.loop, now);
    if (this.#phase === "echoing") this.#refill(now, now);
  }

  ended(): void {
    this.#hasEnded = true;
    if (this.#isComplete) return;
    this.fail("closed-early", this.#describeLoss("the server closed the connection"));
  }

  protected broken(code: string | undefined): void {
    if (this.#isComplete) {
      // What answers our FIN after the server's own FIN is of no interest to anyone.
      if (code === undefined || this.#hasEnded) return this.leave();
      // There may have been no connection to end.
      if (this.context.opensWithData && this.#taken === 0) return this.leave();
      this.fail(
        "close-reset",
        `everything had come back, and then the connection broke instead of ending: ${systemErrorPhrase(code)}`,
      );
    } else {
      // An orderly end comes as `ended` first.
      this.fail("reset", this.#describeLoss(systemErrorPhrase(code ?? "ECONNRESET")));
    }
  }

  /** Whether nothing is lost when the connection ends now. */
  get #isComplete(): boolean {
    return this.#phase === "complete" || this.#phase === "finishing";
  }

  protected checkProgress(now: number, echoTimeoutNs: number): void {
    if (this.#phase === "collecting" && now - this.#mismatchSinceNs >= COLLECT_NS) {
      this.#reportMismatch();
    } else if (this.#phase === "echoing" && now - (this.#traffic.awaitedSinceNs ?? now) >= echoTimeoutNs) {
      const within = formatDuration(echoTimeoutNs / 1e6);
      this.fail("echo-timed-out", this.#describeLoss(`no complete echo within ${within}`));
    } else if (this.#phase === "finishing" && now - this.#finSentNs >= echoTimeoutNs) {
      this.failClose(echoTimeoutNs);
    }
  }

  shutdown(): void {
    if (!this.isOpen || (this.#phase !== "ready" && this.#phase !== "complete")) return;
    this.#phase = "finishing";
    this.#finSentNs = this.context.nowNs();
    this.channel?.shutdown();
  }

  /** Offers what the traffic commits to by now. @param offeredNs the time at which it does */
  #refill(now: number, offeredNs: number): void {
    const { pacer, owner } = this.context;
    const traffic = this.#traffic;
    this.#committed = traffic.commit(now, this.#taken);
    if (!this.#isBlocked) this.#flush(offeredNs);
    if (pacer && traffic.nextDueNs < Number.POSITIVE_INFINITY) pacer.wait(this.slot, traffic.nextDueNs);
    if (this.#received === this.#committed && traffic.isSpent && this.#phase === "echoing") {
      this.#phase = "complete";
      owner.onComplete(this);
    }
  }

  #flush(offeredNs: number): void {
    const channel = this.channel;
    if (this.#taken === this.#committed || !channel) return;
    const { table } = this.context;
    this.#traffic.offered(offeredNs, this.#writableSinceNs);
    while (this.#taken < this.#committed) {
      const length = Math.min(this.#committed - this.#taken, table.runLength(this.#sendAt)) | 0;
      const taken = channel.write(table.bytes, this.#sendAt, length);
      this.#sendAt = table.advance(this.#sendAt, taken);
      this.#taken += taken;
      if (taken === length) continue;
      this.#isBlocked = true;
      return;
    }
  }

  /** Something other than the echo came. */
  #startCollecting(bytes: Uint8Array, offset: number, length: number): void {
    const { echo, isDistinct, starts, nowNs } = this.context;
    this.#mismatch = new MismatchCollector({
      what: "echo",
      table: echo,
      at: this.#receiveAt,
      received: this.#received,
      outstanding: this.#taken - this.#received,
      isDistinct,
      others: starts.othersThan(this.slot),
    });
    this.#phase = "collecting";
    this.#mismatchSinceNs = nowNs();
    this.#collect(bytes, offset, length);
  }

  #collect(bytes: Uint8Array, offset: number, length: number): void {
    this.#mismatch?.add(new Uint8Array(bytes.subarray(offset, offset + length)));
    if (this.#mismatch?.isComplete) this.#reportMismatch();
  }

  #reportMismatch(): void {
    if (this.#mismatch) this.report(this.#mismatch.toFailure(this.number));
  }

  #describeLoss(what: string): string {
    return describeLoss(what, this.bytesInFlight, this.#received);
  }

  protected override fail(kind: Failure["kind"], message: string): void {
    if (this.#mismatch) this.#reportMismatch();
    else super.fail(kind, message);
  }

  protected override leave(): void {
    this.#phase = "closed";
    this.#mismatch = undefined;
    super.leave();
  }
}
