import { repeat } from "../../lib/timers.ts";
import { type Arrivals, createArrivals } from "../traffic/arrivals.ts";
import { Budget } from "../traffic/budget.ts";
import type { Address, TlsSession } from "../transport/channel.ts";
import type { Clock } from "../transport/clock.ts";
import type { ConnectionContext, ConnectionOwner } from "./connection-context.ts";
import type { EchoConnection } from "./connection.ts";
import type { Failure } from "../failure/failure.ts";
import { FailureLog } from "../failure/failure-log.ts";
import { KernelSampler, type KernelView } from "../measure/kernel-sampler.ts";
import { createSizeDraw, sizeClasses } from "../payload/message-size.ts";
import { Connector } from "./connector.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import { Pacer } from "../traffic/pacer.ts";
import { PayloadTable } from "../payload/payload.ts";
import type { Schedule, ThreadEvent, ThreadPlan } from "./protocol.ts";
import { rampUp } from "../traffic/ramp.ts";
import { Recorder, ThreadCpu } from "../measure/recorder.ts";
import { connectionNumber, ConnectionPool } from "./connection-pool.ts";
import { STREAM_PIECE_BYTES } from "../traffic/stream-traffic.ts";
import { ReconnectPolicy } from "./reconnect.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { trafficMaker } from "../traffic/traffic-maker.ts";
import type { Transport } from "../transport/transport.ts";

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
  readonly #clock: Clock;
  readonly #tell: (event: ThreadEvent) => void;
  readonly #recorder: Recorder;
  readonly #budget: Budget;
  readonly #roster: ConnectionPool;
  readonly #loop: LoopClock;
  readonly #arrivals: Arrivals | undefined;
  /** slots that have something left to do, connected or not */
  readonly #active = new Set<number>();
  readonly #failures = new FailureLog();
  readonly #succession: ReconnectPolicy;
  readonly #jittersNs: number[] = [];
  readonly #cpu = new ThreadCpu();
  readonly #sampler: KernelSampler;
  readonly #opener: Connector<EchoConnection>;
  #session: TlsSession | undefined;
  #kernel: KernelView[] = [];
  readonly #endSweep: () => void;
  #windowStartNs = Number.POSITIVE_INFINITY;
  #windowEndNs = Number.POSITIVE_INFINITY;
  #endRamp = (): void => {};
  #phase: "opening" | "probing" | "running" | "closing" | "finished" = "opening";

  constructor(plan: ThreadPlan, { connect, loop }: Transport, clock: Clock, tell: (event: ThreadEvent) => void) {
    this.#plan = plan;
    this.#clock = clock;
    this.#loop = loop;
    this.#tell = tell;
    const isStream = plan.mode === "stream";
    const drawSize = isStream ? () => STREAM_PIECE_BYTES : createSizeDraw(plan.messageSize, plan.seed + plan.index);
    // Not at once: whoever took the last message has not sent it yet.
    this.#budget = new Budget(plan, drawSize, () => queueMicrotask(() => this.#releaseWaiting()));
    this.#succession = new ReconnectPolicy(plan, (slot) => this.#roster.dial(slot), loop);
    this.#recorder = new Recorder(
      openThreadCounters(plan.counters),
      { opened: () => this.#openWindow(), closed: () => this.#endWindow() },
      { sizeClasses: sizeClasses(plan.messageSize), countsConnectsInWindow: plan.mode === "churn" },
    );
    this.#arrivals = plan.openLoop && createArrivals({ ...plan, ...plan.openLoop, numberOf: this.#numberOf });
    const wake = (slot: number, nowNs: number): void => this.#roster.at(slot)?.proceed(nowNs);
    const pacer = this.#arrivals && new Pacer(this.#arrivals, plan.slots, wake, this.#loop);
    const context: ConnectionContext = {
      table: new PayloadTable(plan.payload),
      echo: new PayloadTable(plan.echo),
      seed: plan.seed,
      verify: plan.verify,
      isDistinct: plan.isDistinct,
      recorder: this.#recorder,
      createTraffic: trafficMaker(plan, { budget: this.#budget, recorder: this.#recorder, pacer }),
      nowNs: clock.nowNs,
      owner: this,
    };
    this.#roster = new ConnectionPool(plan, connect, context);
    this.#opener = new Connector(plan.slots, (address, slot) => {
      this.#roster.address = address;
      this.#roster.dial(slot);
    });
    this.#sampler = new KernelSampler(this.#roster, (info, added) => this.#recorder.kernelSampled(info, added));
    this.#endSweep = repeat(loop, SWEEP_MS, () => {
      if (this.#phase !== "closing") this.#roster.checkDeadlines(this.#clock.nowNs());
      this.#sampler.sampleSome();
    });
  }

  readonly #numberOf = (slot: number): number => connectionNumber(this.#plan, slot);

  /** Opens the first connection to the first address that takes it. */
  async probe(addresses: readonly Address[]): Promise<void> {
    this.#phase = "probing";
    const address = await this.#opener.probe(addresses);
    // What did not answer is no failure of the run as long as one address did.
    this.#tell({ kind: "probed", address, failures: this.#failures.takeAll() });
  }

  /** Opens all connections that are not open yet, some at a time; those of a ramp follow when the load has started. */
  async open(address: Address): Promise<void> {
    this.#phase = "opening";
    this.#roster.address = address;
    const { rampMs, opensWhenTold } = this.#plan;
    if (rampMs === 0 && !opensWhenTold) await this.#opener.open(address);
    this.#tell({ kind: "opened" });
  }

  /** Starts the load at its time; times are the thread's own nanoseconds. */
  start({ loadStart, windowStart, windowEnd }: Schedule): void {
    this.#windowStartNs = windowStart;
    this.#windowEndNs = windowEnd;
    this.#at(loadStart - TIMER_SLACK_NS, () => {
      while (this.#clock.nowNs() < loadStart) continue;
      if (this.#phase !== "opening") return;
      this.#phase = "running";
      this.#recorder.plan(windowStart, windowEnd);
      this.#recorder.reach(loadStart);
      this.#arrivals?.begin(loadStart);
      this.#startConnections(loadStart);
    });
    // Lets the recorder see the edges of the window even when no message comes by then.
    this.#at(windowStart, () => this.#recorder.reach(this.#clock.nowNs()));
    this.#at(windowEnd, () => this.#recorder.reach(this.#clock.nowNs()));
  }

  #startConnections(loadStart: number): void {
    const { rampMs, connections, slots } = this.#plan;
    const open = this.#roster.all;
    for (const { slot } of open) this.#active.add(slot);
    if (rampMs > 0) {
      for (let slot = 0; slot < slots; slot++) this.#active.add(slot);
      const timeOf = (slot: number): number => loadStart + (this.#numberOf(slot) / connections) * rampMs * 1e6;
      const dial = (slot: number): void => {
        if (!this.#roster.at(slot)) this.#roster.dial(slot);
      };
      this.#endRamp = rampUp(slots, timeOf, dial, this.#loop);
    }
    for (const connection of open) connection.start();
    this.#checkActive();
  }

  /** Opens connections until there are so many. */
  grow(connections: number): void {
    if (this.#phase !== "running") return;
    for (let slot = 0; slot < Math.min(connections, this.#plan.slots); slot++) {
      if (this.#roster.at(slot)) continue;
      this.#active.add(slot);
      this.#roster.dial(slot);
    }
  }

  #at(timeNs: number, action: () => void): void {
    const delayMs = Math.max(0, Math.ceil((timeNs - this.#clock.nowNs()) / 1e6));
    if (delayMs <= TIMER_LIMIT_MS) this.#loop.after(delayMs, action);
  }

  /** Ends early: no more is sent, and what is in flight gets a moment to come back. */
  stop(): void {
    if (this.#phase === "opening" || this.#phase === "probing") return this.#closeDown();
    if (this.#phase !== "running") return;
    this.#recorder.close();
    this.#loop.after(STOP_DRAIN_MS, () => {
      this.#kernel = this.#sampler.sampleAll();
      for (const slot of [...this.#active]) this.#roster.at(slot)?.abandon();
    });
  }

  settled(connection: EchoConnection): void {
    this.#session ??= connection.session;
    this.#opener.settled(connection);
    if (this.#arrivals) this.#loop.learnLoop?.(connection.fd);
    if (this.#phase !== "running" || !connection.isOpen) return;
    const now = this.#clock.nowNs();
    // Its share of what was due during an outage is still to be sent; before a ramp reached it nothing was.
    if (!this.#succession.isOut(connection.number)) this.#arrivals?.join(connection.slot, now);
    this.#succession.stands(connection, now);
    connection.start();
  }

  failed({ number }: EchoConnection, failure: Failure): void {
    if (this.#succession.isOut(number)) return this.#succession.connectFailed(number);
    const isKept = this.#failures.add(failure);
    if (this.#phase === "probing") return;
    this.#recorder.failed();
    if (isKept) this.#tell({ kind: "failed", failure });
  }

  rested(connection: EchoConnection): void {
    if (this.#plan.mode === "churn") return connection.finish();
    this.#active.delete(connection.slot);
    this.#checkActive();
  }

  closed(connection: EchoConnection): void {
    const { jitterNs } = connection.traffic;
    if (jitterNs > 0) this.#jittersNs.push(jitterNs);
    this.#roster.remove(connection);
    if (this.#phase === "running") this.#follow(connection);
    if (this.#phase === "closing" && this.#roster.size === 0) this.#finish();
  }

  /** A connection has gone while the load runs. */
  #follow(connection: EchoConnection): void {
    const now = this.#clock.nowNs();
    if (this.#plan.mode === "churn" && !connection.failure) this.#recorder.lifetime(now - connection.dialledNs);
    if (!this.#budget.isSpent && this.#succession.follow(connection, now)) return;
    this.#active.delete(connection.slot);
    this.#checkActive();
  }

  #openWindow(): void {
    this.#cpu.begin();
    const { messages, bytes } = this.#roster.inFlight;
    this.#budget.arm(messages, bytes);
  }

  #endWindow(): void {
    this.#cpu.end();
    this.#budget.close();
    const atNs = Math.min(this.#clock.nowNs(), this.#windowEndNs);
    this.#tell({ kind: "ended", atMs: this.#clock.toAbsoluteMs(atNs) });
  }

  /** Nothing more may be sent: slots that only wait for something to send have nothing left to do. */
  #releaseWaiting(): void {
    if (this.#phase !== "running") return;
    this.#endRamp();
    this.#succession.stop();
    const now = this.#clock.nowNs();
    for (const slot of [...this.#active]) {
      const connection = this.#roster.at(slot);
      if (!connection) this.#active.delete(slot);
      else if (connection.isConnecting) this.#roster.giveUp(connection);
      else connection.proceed(now);
    }
    this.#checkActive();
  }

  /** When no slot has anything left to do, the load is over. */
  #checkActive(): void {
    if (this.#phase === "running" && this.#active.size === 0) this.#closeDown();
  }

  #closeDown(): void {
    if (this.#phase === "running" && this.#recorder.isOpen) this.#recorder.close();
    this.#phase = "closing";
    this.#opener.stop();
    // A stop has asked before it dropped what did not drain.
    if (this.#kernel.length === 0) this.#kernel = this.#sampler.sampleAll();
    for (const connection of this.#roster.all) connection.finish();
    this.#loop.after(FAREWELL_MS, () => this.#roster.all.forEach((connection) => this.#roster.giveUp(connection)));
    if (this.#roster.size === 0) this.#finish();
  }

  #finish(): void {
    if (this.#phase === "finished") return;
    this.#phase = "finished";
    this.#endSweep();
    const { byKind, first } = this.#failures;
    this.#tell({
      kind: "finished",
      report: {
        failuresByKind: byKind,
        failures: first,
        jittersNs: this.#jittersNs,
        kernel: this.#kernel,
        session: this.#session,
        cpuMs: this.#cpu.usedMs,
        outages: this.#succession.outagesSince(this.#windowStartNs),
      },
    });
  }
}
