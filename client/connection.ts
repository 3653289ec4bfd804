import { Jitter } from "../lib/jitter.ts";
import { systemErrorPhrase } from "../lib/system-errors.ts";
import { formatDuration } from "../lib/units.ts";
import type { Channel, ChannelEvents } from "./channel.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { MismatchEvidence } from "./evidence.ts";
import { connectFailureKind, describeLoss, type Failure, plainFailure } from "./failure.ts";
import { MessageRing } from "./message-ring.ts";

/**
 * `connecting`; `ready` once established; `echoing` while messages are sent; `collecting` evidence after a wrong
 * byte; `resting` when everything has come back and nothing more will be sent; `closed`.
 */
type Phase = "connecting" | "ready" | "echoing" | "collecting" | "resting" | "closed";

/** After a wrong byte, how long what follows it is gathered so that the fault can be named. */
const EVIDENCE_NS = 250e6;

/** One connection's load: sends its part of the payload, compares what comes back, times each message. */
export class EchoConnection implements ChannelEvents {
  readonly number: number;
  readonly jitter = new Jitter();
  readonly #context: ConnectionContext;
  readonly #messages: MessageRing;
  #phase: Phase = "connecting";
  #channel: Channel | undefined;
  /** when the phase that a deadline watches began */
  #sinceNs: number;
  #sendAt: number;
  #receiveAt: number;
  #committed = 0;
  #sent = 0;
  #received = 0;
  #isBlocked = false;
  /** a write met a reset; Bun then tells of an orderly end, as the error is used up */
  #isRefused = false;
  #evidence: MismatchEvidence | undefined;

  /** @param number counted from 0 over the whole run @param slot counted from 0 within the thread */
  constructor(context: ConnectionContext, number: number, slot: number) {
    this.number = number;
    this.#context = context;
    this.#messages = new MessageRing(context.rings, slot, context.pipeline);
    this.#sendAt = context.table.startOf(context.seed, number);
    this.#receiveAt = this.#sendAt;
    this.#sinceNs = context.nowNs();
  }

  get isOpen(): boolean {
    return this.#phase !== "connecting" && this.#phase !== "closed";
  }

  get isConnecting(): boolean {
    return this.#phase === "connecting";
  }

  /** See `Channel.fd`. */
  get fd(): number | undefined {
    return this.#channel?.fd;
  }

  get messagesInFlight(): number {
    return this.#messages.length;
  }

  get bytesInFlight(): number {
    return this.#committed - this.#received;
  }

  opened(channel: Channel): void {
    if (this.#phase !== "connecting") return channel.close();
    this.#channel = channel;
    this.#phase = "ready";
    const { nowNs, recorder, owner } = this.#context;
    recorder.connected(nowNs() - this.#sinceNs);
    owner.settled(this);
  }

  /** Sends the first messages. @returns whether there were any to send */
  start(): boolean {
    if (this.#phase !== "ready") return false;
    this.#phase = "echoing";
    this.#refill();
    return this.#phase === "echoing";
  }

  received(chunk: Uint8Array): void {
    if (this.#phase === "collecting") return this.#collect(chunk);
    if (this.#phase === "closed") return;
    const { table, recorder, nowNs, verify } = this.#context;
    // Before the comparison, which is no part of the round trip.
    const now = nowNs();
    const isSurplus = this.#received + chunk.length > this.#sent;
    if (isSurplus || (verify && table.firstDifference(chunk, this.#receiveAt) >= 0)) return this.#suspect(chunk);
    this.#receiveAt = table.advance(this.#receiveAt, chunk.length);
    this.#received += chunk.length;
    recorder.reach(now);
    recorder.received(chunk.length);
    while (this.#messages.length > 0 && this.#received >= this.#messages.oldestEnd) {
      const rtt = now - this.#messages.shift();
      if (!recorder.isOpen) continue;
      recorder.message(rtt);
      this.jitter.add(rtt);
    }
    this.#refill();
  }

  writable(): void {
    this.#isBlocked = false;
    this.#flush();
  }

  ended(): void {
    if (this.#phase === "resting") return;
    if (this.#isRefused) return this.closed("ECONNRESET");
    this.#fail("closed-early", this.#describeLoss("the server closed the connection"));
  }

  closed(code: string | undefined): void {
    const phase = this.#phase;
    if (phase === "closed") return;
    if (phase === "connecting") {
      this.#fail(connectFailureKind(code ?? ""), systemErrorPhrase(code ?? "connect failed"));
    } else if (phase === "resting") {
      this.#leave();
    } else {
      // An orderly end comes as `ended` first.
      this.#fail("reset", this.#describeLoss(systemErrorPhrase(code ?? "ECONNRESET")));
    }
  }

  /** Gives up what has taken too long. Connects, echoes and evidence have limits of their own. */
  checkDeadline(now: number, connectTimeoutNs: number, echoTimeoutNs: number): void {
    if (this.#phase === "connecting" && now - this.#sinceNs >= connectTimeoutNs) {
      this.#fail("connect-timed-out", `no answer within ${formatDuration(connectTimeoutNs / 1e6)}`);
    } else if (this.#phase === "collecting" && now - this.#sinceNs >= EVIDENCE_NS) {
      this.#conclude();
    } else if (
      this.#phase === "echoing" &&
      this.#messages.length > 0 &&
      now - this.#messages.oldestStart >= echoTimeoutNs
    ) {
      this.#fail(
        "echo-timed-out",
        this.#describeLoss(`no complete echo within ${formatDuration(echoTimeoutNs / 1e6)}`),
      );
    }
  }

  /** Sends FIN once everything has come back. */
  finish(): void {
    if (this.#phase === "ready") this.#phase = "resting";
    if (this.#phase === "resting") this.#channel?.shutdown();
  }

  /** Drops the connection without counting what is in flight as lost. */
  abandon(): void {
    this.#leave();
  }

  /** Commits to as many messages as may be in flight, and offers them. */
  #refill(): void {
    const { budget, pipeline, owner } = this.#context;
    while (this.#messages.length < pipeline) {
      const bytes = budget.take();
      if (bytes === 0) break;
      this.#committed += bytes;
      this.#messages.push(this.#committed);
    }
    if (!this.#isBlocked) this.#flush();
    if (this.#messages.length === 0 && this.#phase === "echoing") {
      this.#phase = "resting";
      owner.rested(this);
    }
  }

  #flush(): void {
    const channel = this.#channel;
    if (this.#sent === this.#committed || !channel) return;
    const { table, recorder, nowNs } = this.#context;
    this.#messages.stamp(nowNs());
    while (this.#sent < this.#committed) {
      const length = Math.min(this.#committed - this.#sent, table.runLength(this.#sendAt));
      const accepted = channel.write(table.bytes, this.#sendAt, length);
      if (accepted < 0) {
        this.#isRefused = true;
        return;
      }
      this.#sendAt = table.advance(this.#sendAt, accepted);
      this.#sent += accepted;
      recorder.sent(accepted);
      if (accepted === length) continue;
      this.#isBlocked = true;
      return;
    }
  }

  /** Something other than the echo came: gathers what follows until the fault can be named. */
  #suspect(chunk: Uint8Array): void {
    const { table, isDistinct, nowNs } = this.#context;
    const outstanding = this.#sent - this.#received;
    this.#evidence = new MismatchEvidence({
      table,
      at: this.#receiveAt,
      received: this.#received,
      outstanding,
      isDistinct,
    });
    this.#phase = "collecting";
    this.#sinceNs = nowNs();
    this.#collect(chunk);
  }

  #collect(chunk: Uint8Array): void {
    this.#evidence?.add(chunk);
    if (this.#evidence?.isComplete) this.#conclude();
  }

  #conclude(): void {
    if (!this.#evidence) return;
    this.#report(this.#evidence.conclude(this.number));
  }

  #describeLoss(what: string): string {
    return describeLoss(what, this.bytesInFlight, this.#received);
  }

  #fail(kind: Failure["kind"], message: string): void {
    if (this.#evidence) return this.#conclude();
    this.#report(plainFailure(kind, this.number, message));
  }

  #report(failure: Failure): void {
    this.#context.owner.failed(failure);
    this.#leave();
  }

  #leave(): void {
    const { owner } = this.#context;
    const wasConnecting = this.#phase === "connecting";
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#evidence = undefined;
    this.#messages.clear();
    this.#channel?.close();
    if (wasConnecting) owner.settled(this);
    owner.closed(this);
  }
}
