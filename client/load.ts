import { Budget } from "./budget.ts";
import type { Address, Connect } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionContext, ConnectionOwner } from "./connection-context.ts";
import { EchoConnection } from "./connection.ts";
import type { Failure } from "./failure.ts";
import { FailureLog } from "./failure-log.ts";
import { KernelSampler } from "./kernel-sampler.ts";
import { createSizeDraw } from "./message-size.ts";
import { MessageRing } from "./message-ring.ts";
import { Opener } from "./opener.ts";
import { PayloadTable } from "./payload.ts";
import type { KernelView, Schedule, ThreadEvent, ThreadPlan } from "./protocol.ts";
import { Recorder } from "./recorder.ts";
import { openThreadCells } from "./thread-cells.ts";

/** How often deadlines are looked at; a timeout is late by at most this. */
const SWEEP_MS = 100;

/** After a stop, how long echoes that are in flight may take. */
const STOP_DRAIN_MS = 1_000;

/** How long the server may take to answer our FIN. */
const FAREWELL_MS = 1_000;

/** Timers fire up to this late: the load's start, which opens a window without warm-up, is waited for awake. */
const TIMER_SLACK_NS = 2e6;

/** Timers take no longer delay; a window that ends later is ended by the messages themselves. */
const TIMER_LIMIT_MS = 2 ** 31 - 1;

/** One thread's load: opens its connections, keeps them echoing through the window, and closes them in good order. */
export class Load implements ConnectionOwner {
  readonly #plan: ThreadPlan;
  readonly #connect: Connect;
  readonly #clock: Clock;
  readonly #tell: (event: ThreadEvent) => void;
  readonly #recorder: Recorder;
  readonly #budget: Budget;
  readonly #context: ConnectionContext;
  readonly #connections = new Map<EchoConnection, () => void>();
  readonly #busy = new Set<EchoConnection>();
  readonly #failures = new FailureLog();
  readonly #jittersNs: number[] = [];
  readonly #sampler: KernelSampler;
  readonly #opener: Opener<EchoConnection>;
  #kernel: KernelView[] = [];
  #sweep: ReturnType<typeof setInterval> | undefined;
  #windowEndNs = Number.POSITIVE_INFINITY;
  #phase: "opening" | "probing" | "running" | "closing" | "finished" = "opening";

  constructor(plan: ThreadPlan, connect: Connect, clock: Clock, tell: (event: ThreadEvent) => void) {
    this.#plan = plan;
    this.#connect = connect;
    this.#clock = clock;
    this.#tell = tell;
    this.#budget = new Budget(plan, createSizeDraw(plan.messageSize, plan.seed + plan.firstConnection));
    this.#recorder = new Recorder(openThreadCells(plan.cells), {
      opened: () => this.#armBudget(),
      closed: () => this.#endWindow(),
    });
    this.#context = {
      table: new PayloadTable(plan.payload),
      seed: plan.seed,
      verify: plan.verify,
      isDistinct: plan.isDistinct,
      pipeline: plan.pipeline,
      budget: this.#budget,
      recorder: this.#recorder,
      rings: MessageRing.cells(plan.connections, plan.pipeline),
      nowNs: clock.nowNs,
      owner: this,
    };
    this.#opener = new Opener(plan.connections, (address, slot) => this.#dial(address, slot));
    this.#sampler = new KernelSampler(this.#connections, (segments) => this.#recorder.retransmitted(segments));
    this.#sweep = setInterval(() => {
      this.#checkDeadlines();
      this.#sampler.askSome();
    }, SWEEP_MS);
  }

  /** Opens the first connection to the first address that takes it. */
  async probe(addresses: readonly Address[]): Promise<void> {
    this.#phase = "probing";
    const address = await this.#opener.probe(addresses);
    // What did not answer is no failure of the run as long as one address did.
    this.#tell({ kind: "probed", address, failures: this.#failures.takeAll() });
  }

  #dial(address: Address, slot: number): void {
    const { firstConnection, sockets, sources } = this.#plan;
    const connection = new EchoConnection(this.#context, firstConnection + slot, slot);
    const source = sources[connection.number % sources.length];
    this.#connections.set(connection, this.#connect(address, { ...sockets, source }, connection));
  }

  /** Opens all connections that are not open yet, some at a time. */
  async open(address: Address): Promise<void> {
    this.#phase = "opening";
    await this.#opener.open(address);
    this.#tell({ kind: "opened" });
  }

  /** Starts the load at its time; times are the thread's own nanoseconds. */
  start({ loadStart, windowStart, windowEnd }: Schedule): void {
    this.#windowEndNs = windowEnd;
    this.#at(loadStart - TIMER_SLACK_NS, () => {
      while (this.#clock.nowNs() < loadStart) continue;
      if (this.#phase !== "opening") return;
      this.#phase = "running";
      this.#recorder.plan(windowStart, windowEnd);
      this.#recorder.reach(loadStart);
      this.#startConnections();
    });
    // Lets the recorder see the edges of the window even when no message comes by then.
    this.#at(windowStart, () => this.#recorder.reach(this.#clock.nowNs()));
    this.#at(windowEnd, () => this.#recorder.reach(this.#clock.nowNs()));
  }

  #startConnections(): void {
    for (const connection of [...this.#connections.keys()]) {
      this.#busy.add(connection);
      if (!connection.start()) this.#busy.delete(connection);
    }
    this.#checkBusy();
  }

  #at(timeNs: number, action: () => void): void {
    const delayMs = Math.max(0, Math.ceil((timeNs - this.#clock.nowNs()) / 1e6));
    if (delayMs <= TIMER_LIMIT_MS) setTimeout(action, delayMs);
  }

  /** Ends early: no more is sent, and what is in flight gets a moment to come back. */
  stop(): void {
    if (this.#phase === "opening" || this.#phase === "probing") return this.#closeDown();
    if (this.#phase !== "running") return;
    this.#recorder.close();
    setTimeout(() => {
      for (const connection of [...this.#busy]) connection.abandon();
    }, STOP_DRAIN_MS);
  }

  settled(connection: EchoConnection): void {
    this.#opener.settled(connection);
  }

  failed(failure: Failure): void {
    const isKept = this.#failures.add(failure);
    if (this.#phase === "probing") return;
    this.#recorder.failed();
    if (isKept) this.#tell({ kind: "failed", failure });
  }

  rested(connection: EchoConnection): void {
    this.#busy.delete(connection);
    this.#checkBusy();
  }

  closed(connection: EchoConnection): void {
    if (connection.jitter.value > 0) this.#jittersNs.push(connection.jitter.value);
    this.#connections.delete(connection);
    this.#busy.delete(connection);
    this.#checkBusy();
    if (this.#phase === "closing" && this.#connections.size === 0) this.#finish();
  }

  #armBudget(): void {
    let messages = 0;
    let bytes = 0;
    for (const connection of this.#busy) {
      messages += connection.messagesInFlight;
      bytes += connection.bytesInFlight;
    }
    this.#budget.arm(messages, bytes);
  }

  #endWindow(): void {
    this.#budget.close();
    const atNs = Math.min(this.#clock.nowNs(), this.#windowEndNs);
    this.#tell({ kind: "ended", atMs: this.#clock.toAbsoluteMs(atNs) });
  }

  /** When no connection has anything left to do, the load is over. */
  #checkBusy(): void {
    if (this.#phase === "running" && this.#busy.size === 0) this.#closeDown();
  }

  #closeDown(): void {
    if (this.#phase === "running" && this.#recorder.isOpen) this.#recorder.close();
    this.#phase = "closing";
    this.#opener.stop();
    this.#kernel = this.#sampler.askAll();
    for (const connection of [...this.#connections.keys()]) connection.finish();
    setTimeout(() => this.#abandonAll(), FAREWELL_MS);
    if (this.#connections.size === 0) this.#finish();
  }

  #abandonAll(): void {
    for (const [connection, giveUp] of [...this.#connections]) {
      giveUp();
      connection.abandon();
    }
  }

  #checkDeadlines(): void {
    const { connectTimeoutMs, timeoutMs } = this.#plan;
    const now = this.#clock.nowNs();
    for (const [connection, giveUp] of [...this.#connections]) {
      connection.checkDeadline(now, connectTimeoutMs * 1e6, timeoutMs * 1e6);
      if (!connection.isConnecting && !connection.isOpen) giveUp();
    }
  }

  #finish(): void {
    if (this.#phase === "finished") return;
    this.#phase = "finished";
    clearInterval(this.#sweep);
    const { byKind, first } = this.#failures;
    this.#tell({
      kind: "finished",
      report: { failuresByKind: byKind, failures: first, jittersNs: this.#jittersNs, kernel: this.#kernel },
    });
  }
}
