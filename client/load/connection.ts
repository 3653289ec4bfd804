import { systemErrorPhrase } from "../../lib/error-names.ts";
import { formatDuration } from "../../lib/units.ts";
import type { Channel, ChannelEvents, TlsSession } from "../transport/channel.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { MismatchEvidence } from "../payload/mismatch.ts";
import { connectFailureKind, describeLoss, type Failure, plainFailure } from "../failure/failure.ts";
import { tlsPhrase } from "../failure/tls-failure.ts";
import type { Traffic } from "../traffic/traffic.ts";

/**
 * `connecting`; `ready` once established; `echoing` while messages are sent; `collecting` evidence after a wrong
 * byte; `resting` when everything has come back and nothing more will be sent; `finishing` once FIN is sent; `closed`.
 */
type Phase = "connecting" | "ready" | "echoing" | "collecting" | "resting" | "finishing" | "closed";

/** After a wrong byte, how long what follows it is gathered so that the fault can be named. */
const EVIDENCE_NS = 250e6;

/** One connection's load: sends its part of the payload as its traffic decides, and compares what comes back. */
export class EchoConnection implements ChannelEvents {
  /** counted from 0 over the whole run */
  readonly number: number;
  /** counted from 0 within the thread */
  readonly slot: number;
  /** when the connect began */
  readonly dialledNs: number;
  readonly traffic: Traffic;
  readonly #context: ConnectionContext;
  #phase: Phase = "connecting";
  #channel: Channel | undefined;
  #sendAt: number;
  #receiveAt: number;
  #committed = 0;
  #sent = 0;
  #received = 0;
  #isBlocked = false;
  /** a write met a reset; Bun then tells of an orderly end, as the error is used up */
  #isRefused = false;
  #evidence: MismatchEvidence | undefined;
  #evidenceSinceNs = 0;
  #finishedNs = 0;
  #failure: Failure | undefined;

  constructor(context: ConnectionContext, number: number, slot: number) {
    this.number = number;
    this.slot = slot;
    this.traffic = context.createTraffic(slot);
    this.#context = context;
    this.#sendAt = context.table.startOf(context.seed, number);
    this.#receiveAt = this.#sendAt;
    this.dialledNs = context.nowNs();
  }

  get isOpen(): boolean {
    return this.#phase !== "connecting" && this.#phase !== "closed";
  }

  get isConnecting(): boolean {
    return this.#phase === "connecting";
  }

  /** What ended it, unless it ended well. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** See `Channel.session`. */
  get session(): TlsSession | undefined {
    return this.#channel?.session;
  }

  /** See `Channel.fd`. */
  get fd(): number | undefined {
    return this.#channel?.fd;
  }

  get bytesInFlight(): number {
    return this.#committed - this.#received;
  }

  opened(channel: Channel): void {
    if (this.#phase !== "connecting") return channel.close();
    this.#channel = channel;
    this.#phase = "ready";
    const { nowNs, recorder, owner } = this.#context;
    const now = nowNs();
    recorder.reach(now);
    recorder.connected(now - this.dialledNs);
    owner.settled(this);
  }

  /** Begins to send. */
  start(): void {
    if (this.#phase !== "ready") return;
    this.#phase = "echoing";
    this.#refill(this.#context.nowNs());
  }

  /** Sends what is due by now, or rests when nothing more may be sent. */
  proceed(now: number): void {
    this.#context.recorder.reach(now);
    if (this.#phase === "echoing") this.#refill(now);
  }

  received(bytes: Uint8Array, offset: number, length: number): void {
    if (this.#phase === "collecting") return this.#collect(bytes, offset, length);
    if (this.#phase === "closed") return;
    const { echo, recorder, nowNs, verify } = this.#context;
    // Before the comparison, which is no part of the round trip.
    const now = nowNs();
    const isSurplus = this.#received + length > this.#sent;
    if (isSurplus || (verify && !echo.hasAt(this.#receiveAt, bytes, offset, length))) {
      return this.#suspect(bytes, offset, length);
    }
    this.#receiveAt = echo.advance(this.#receiveAt, length);
    this.#received += length;
    recorder.reach(now);
    recorder.received(length);
    this.traffic.returned(this.#received, now);
    this.#refill(now);
  }

  unsent(_bytes: Uint8Array, _offset: number, length: number): void {
    const { table, recorder } = this.#context;
    this.#isBlocked = true;
    this.#sendAt = table.rewind(this.#sendAt, length);
    this.#sent -= length;
    recorder.sent(-length);
  }

  refused(): void {
    this.#isRefused = true;
  }

  writable(): void {
    this.#isBlocked = false;
    if (this.#phase === "echoing") this.#refill(this.#context.nowNs());
  }

  ended(): void {
    if (this.#hasNothingToLose) return;
    if (this.#isRefused) return this.closed("ECONNRESET");
    this.#fail("closed-early", this.#describeLoss("the server closed the connection"));
  }

  closed(code: string | undefined): void {
    const phase = this.#phase;
    if (phase === "closed") return;
    const tls = code === undefined ? undefined : tlsPhrase(code);
    if (tls) {
      this.#fail("tls", tls);
    } else if (phase === "connecting") {
      this.#fail(connectFailureKind(code ?? ""), systemErrorPhrase(code ?? "connect failed"));
    } else if (this.#hasNothingToLose) {
      this.#leave();
    } else {
      // An orderly end comes as `ended` first.
      this.#fail("reset", this.#describeLoss(systemErrorPhrase(code ?? "ECONNRESET")));
    }
  }

  get #hasNothingToLose(): boolean {
    return this.#phase === "resting" || this.#phase === "finishing";
  }

  /** Gives up what has taken too long. Connects, echoes and evidence have limits of their own. */
  checkDeadline(now: number, connectTimeoutNs: number, echoTimeoutNs: number): void {
    if (this.#phase === "connecting" && now - this.dialledNs >= connectTimeoutNs) {
      this.#fail("connect-timed-out", `no answer within ${formatDuration(connectTimeoutNs / 1e6)}`);
    } else if (this.#phase === "collecting" && now - this.#evidenceSinceNs >= EVIDENCE_NS) {
      this.#concludeEvidence();
    } else if (this.#phase === "echoing" && now - (this.traffic.awaitedSinceNs ?? now) >= echoTimeoutNs) {
      const within = formatDuration(echoTimeoutNs / 1e6);
      this.#fail("echo-timed-out", this.#describeLoss(`no complete echo within ${within}`));
    } else if (this.#phase === "finishing" && now - this.#finishedNs >= echoTimeoutNs) {
      this.#fail("close-timed-out", `the server did not answer FIN within ${formatDuration(echoTimeoutNs / 1e6)}`);
    }
  }

  /** Sends FIN once everything has come back. */
  finish(): void {
    if (this.#phase !== "ready" && this.#phase !== "resting") return;
    this.#phase = "finishing";
    this.#finishedNs = this.#context.nowNs();
    this.#channel?.shutdown();
  }

  /** Drops the connection without counting what is in flight as lost. */
  abandon(): void {
    this.#leave();
  }

  /** Offers what the traffic commits to. */
  #refill(now: number): void {
    this.#committed = this.traffic.commit(now, this.#sent);
    if (!this.#isBlocked) this.#flush();
    if (this.#received === this.#committed && this.traffic.isSpent && this.#phase === "echoing") {
      this.#phase = "resting";
      this.#context.owner.rested(this);
    }
  }

  #flush(): void {
    const channel = this.#channel;
    if (this.#sent === this.#committed || !channel) return;
    const { table, recorder, nowNs } = this.#context;
    this.traffic.offered(nowNs());
    while (this.#sent < this.#committed) {
      const length = Math.min(this.#committed - this.#sent, table.runLength(this.#sendAt));
      const accepted = channel.write(table.bytes, this.#sendAt, length);
      if (accepted < 0) return this.refused();
      this.#sendAt = table.advance(this.#sendAt, accepted);
      this.#sent += accepted;
      recorder.sent(accepted);
      if (accepted === length) continue;
      this.#isBlocked = true;
      return;
    }
  }

  /** Something other than the echo came: gathers what follows until the fault can be named. */
  #suspect(bytes: Uint8Array, offset: number, length: number): void {
    const { echo, isDistinct, nowNs } = this.#context;
    const outstanding = this.#sent - this.#received;
    this.#evidence = new MismatchEvidence({
      table: echo,
      at: this.#receiveAt,
      received: this.#received,
      outstanding,
      isDistinct,
    });
    this.#phase = "collecting";
    this.#evidenceSinceNs = nowNs();
    this.#collect(bytes, offset, length);
  }

  #collect(bytes: Uint8Array, offset: number, length: number): void {
    this.#evidence?.add(new Uint8Array(bytes.subarray(offset, offset + length)));
    if (this.#evidence?.isComplete) this.#concludeEvidence();
  }

  #concludeEvidence(): void {
    if (!this.#evidence) return;
    this.#report(this.#evidence.conclude(this.number));
  }

  #describeLoss(what: string): string {
    return describeLoss(what, this.bytesInFlight, this.#received);
  }

  #fail(kind: Failure["kind"], message: string): void {
    if (this.#evidence) return this.#concludeEvidence();
    this.#report(plainFailure(kind, this.number, message));
  }

  #report(failure: Failure): void {
    this.#failure = failure;
    this.#context.owner.failed(this, failure);
    this.#leave();
  }

  #leave(): void {
    const { owner } = this.#context;
    const wasConnecting = this.#phase === "connecting";
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#evidence = undefined;
    this.#channel?.close();
    if (wasConnecting) owner.settled(this);
    owner.closed(this);
  }
}
