import type { TlsSession } from "../../lib/loop/channel.ts";
import { spacePackets } from "../../lib/posix/pacing.ts";
import { hasMessages } from "../../lib/result/load-modes.ts";
import type { Failure } from "../failure/failure.ts";
import { createSizeDraw } from "../payload/message-size.ts";
import { type Arrivals, createArrivals } from "../traffic/arrivals.ts";
import { streamPieceBytes } from "../traffic/stream-traffic.ts";
import { WayBudgets } from "../traffic/way-budgets.ts";
import type { Clock } from "../transport/clock.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import type { Address, Transport } from "../transport/transport.ts";
import type { ConnectionOwner } from "../connection/connection-context.ts";
import { connectionNumber, numberInClient } from "./connection-number.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { createConnections } from "./create-connections.ts";
import { createContext } from "./create-context.ts";
import type { LoadConnection } from "../connection/load-connection.ts";
import { Connector } from "./connector.ts";
import { Measurement } from "./measurement.ts";
import type { Schedule, ThreadEvent, ThreadPlan } from "./protocol.ts";
import { OwnProcessor } from "./own-processor.ts";
import { lookPeriodically } from "./periodic-looks.ts";
import { ReconnectPolicy } from "./reconnect.ts";
import { Starter } from "./starter.ts";
import { wayOf } from "./way.ts";

/** After a stop, how long echoes that are in flight may take, and the server's answers to our FIN. */
const STOP_DRAIN_MS = 400;

/** Timers fire up to this late, so the thread stays awake for the last part of the wait for the load's start. */
const TIMER_SLACK_NS = 2e6;

/** One thread's load: opens its connections, keeps them echoing through the window, and closes them in good order. */
export class Load implements ConnectionOwner<LoadConnection> {
  readonly #plan: ThreadPlan;
  readonly #clock: Clock;
  readonly #loop: LoopClock;
  readonly #emit: (event: ThreadEvent) => void;
  readonly #measurement: Measurement;
  readonly #budgets: WayBudgets;
  readonly #arrivals: Arrivals | undefined;
  readonly #pool: ConnectionPool;
  readonly #connector: Connector<LoadConnection>;
  readonly #starter: Starter;
  readonly #reconnect: ReconnectPolicy;
  readonly #stopLooks: () => void;
  #window: Schedule = { loadStart: Infinity, windowStart: Infinity, windowEnd: Infinity };
  #phase: "opening" | "probing" | "running" | "closing" | "finished" = "opening";

  constructor(plan: ThreadPlan, { connect, loop }: Transport, clock: Clock, emit: (event: ThreadEvent) => void) {
    this.#plan = plan;
    this.#clock = clock;
    this.#loop = loop;
    this.#emit = emit;
    const drawSize = !hasMessages(plan.mode)
      ? () => streamPieceBytes(plan.bytesPerSecond)
      : createSizeDraw(plan.messageSize, plan.seed + connectionNumber(plan, 0));
    const ways = new Set(Array.from({ length: plan.slots }, (_, slot) => wayOf(plan, slot)));
    // Later, because whoever took the last message has not sent it yet.
    this.#budgets = new WayBudgets(ways, plan, drawSize, () => queueMicrotask(() => this.#onBudgetSpent()));
    this.#reconnect = new ReconnectPolicy(plan, (slot) => this.#pool.connect(slot), loop);
    const edges = { opened: () => this.#onWindowOpened(), closed: () => this.#onWindowClosed() };
    this.#measurement = new Measurement(plan, edges, () => this.#pool, loop);
    this.#arrivals =
      plan.openLoop &&
      createArrivals({
        ...{ ...plan, ...plan.openLoop },
        numberOf: (slot) => numberInClient(plan, slot),
      });
    const shared = { measurement: this.#measurement, budgets: this.#budgets, arrivals: this.#arrivals, loop };
    const wake = (slot: number, nowNs: number): void => this.#pool.at(slot)?.proceed(nowNs);
    const context = createContext(plan, { ...shared, nowNs: clock.nowNs, owner: this, wake });
    this.#pool = new ConnectionPool(plan, connect, createConnections(plan, context));
    this.#starter = new Starter(plan, this.#pool, this.#arrivals, loop);
    this.#connector = new Connector(plan.slots, this.#pool, loop);
    const ownProcessor = this.#arrivals && new OwnProcessor(plan.threads);
    this.#stopLooks = lookPeriodically(this.#pool, this.#measurement, ownProcessor, clock, loop);
  }

  /** Opens the first connection, to the first address that accepts it. An address that does not is no failure. */
  async probe(addresses: readonly Address[]): Promise<void> {
    this.#phase = "probing";
    const { winner, attempts } = await this.#connector.probe(addresses);
    if (this.#phase === "probing") this.#phase = "opening";
    if (winner) {
      this.#pool.address = winner.address;
      this.#pool.use(winner.connection);
      this.#measurement.onConnected(winner.connection);
      if (!winner.connection.isOpen && this.#phase === "opening") this.#onLost(winner.connection);
    }
    const failed = attempts.map(({ address, connection: { failure } }) => ({ address, failure }));
    this.#emit({ kind: "probed", address: winner?.address, failed });
  }

  /** Opens all other connections, some at a time. Those of a ramp are opened when the load has started. */
  async open(address: Address): Promise<void> {
    this.#pool.address = address;
    const { rampMs, opensOnGrow } = this.#plan;
    if (rampMs === 0 && !opensOnGrow) await this.#connector.open();
    this.#emit({ kind: "opened" });
  }

  /** Starts the load at its time; times are the thread's own nanoseconds. */
  start({ loadStart, windowStart, windowEnd }: Schedule): void {
    const { recorder } = this.#measurement;
    this.#window = { loadStart, windowStart, windowEnd };
    this.#at(loadStart - TIMER_SLACK_NS, () => {
      while (this.#clock.nowNs() < loadStart) continue;
      if (this.#phase !== "opening") return;
      this.#phase = "running";
      recorder.plan(windowStart, windowEnd);
      recorder.reach(loadStart);
      this.#arrivals?.begin(loadStart);
      this.#starter.start(loadStart);
      this.#closeWhenDone();
    });
    // The recorder sees the edges of the window even when no message comes by then.
    this.#at(windowStart, () => recorder.reach(this.#clock.nowNs()));
    this.#at(windowEnd, () => recorder.reach(this.#clock.nowNs()));
  }

  /** Opens connections until there are so many. */
  grow(connections: number): void {
    if (this.#phase === "running") this.#starter.grow(connections);
  }

  #at(timeNs: number, action: () => void): void {
    if (timeNs === Number.POSITIVE_INFINITY) return;
    this.#loop.after(Math.ceil((timeNs - this.#clock.nowNs()) / 1e6), action);
  }

  /** Ends early: nothing more is sent, and what is in flight has a moment to come back. */
  stop(): void {
    if (this.#phase === "finished") return;
    this.#loop.after(STOP_DRAIN_MS, () => {
      this.#measurement.sampleKernelAtEnd();
      for (const connection of this.#pool.all) this.#pool.abort(connection);
    });
    if (this.#phase === "running") this.#measurement.recorder.close();
    else if (this.#phase !== "closing") this.#close();
  }

  onConnectEnded(connection: LoadConnection, session: TlsSession | undefined): void {
    this.#measurement.onSession(session);
    if (connection.isOpen && this.#phase !== "probing") this.#measurement.onConnected(connection);
    this.#connector.onConnectEnded(connection);
    if (this.#arrivals) this.#loop.learnLoop?.(connection.fd);
    const { bytesPerSecond, sockets } = this.#plan;
    if (bytesPerSecond !== undefined && sockets.options?.pacingBytesPerSecond === undefined) {
      spacePackets(connection.sendingFd, bytesPerSecond);
    }
    if (!connection.isOpen) return;
    const now = this.#clock.nowNs();
    const wasOut = this.#reconnect.isOut(connection.number);
    this.#reconnect.onConnected(connection, now);
    if (this.#phase !== "running") return;
    // What was due during an outage is still to be sent; what was due before a ramp opened the connection is not.
    if (!wasOut) this.#arrivals?.join(connection.slot, now);
    connection.start();
  }

  onFailed({ number, isConnecting }: LoadConnection, failure: Failure): void {
    if (this.#phase === "probing" && isConnecting) return;
    if (this.#reconnect.isOut(number)) return this.#reconnect.onConnectFailed(number);
    if (this.#measurement.onFailed(failure)) this.#emit({ kind: "failed", failure });
  }

  onComplete(connection: LoadConnection): void {
    if (this.#plan.mode === "churn") {
      this.#measurement.countFastOpen(connection);
      return connection.shutdown();
    }
    const way = wayOf(this.#plan, connection.slot);
    if (way) this.#measurement.countEcn(way, connection);
    this.#pool.deactivate(connection.slot);
    this.#closeWhenDone();
  }

  onClosed(connection: LoadConnection): void {
    // An attempt to find the address that answers has none.
    const hasSlot = this.#pool.at(connection.slot) === connection;
    this.#measurement.onClosed(connection);
    this.#pool.remove(connection);
    if (hasSlot && (this.#phase === "opening" || this.#phase === "running")) this.#onLost(connection);
    if (this.#phase === "closing" && this.#pool.size === 0) this.#finish();
  }

  /** A connection has closed before its load was done. */
  #onLost(connection: LoadConnection): void {
    const { slot, failure } = connection;
    const now = this.#clock.nowNs();
    const ageNs = connection.ageNs(now);
    // One that was open before the load has waited for it.
    const isOfLoad = now - ageNs >= this.#window.loadStart;
    if (this.#plan.mode === "churn" && !failure && isOfLoad) this.#measurement.recorder.lifetime(ageNs);
    if (!this.#budgets.isSpent && this.#reconnect.replace(connection, now)) return this.#pool.activate(slot);
    this.#pool.deactivate(slot);
    this.#closeWhenDone();
  }

  #onWindowOpened(): void {
    const { messages, bytes } = this.#pool.inFlight;
    this.#budgets.arm(messages, bytes);
  }

  #onWindowClosed(): void {
    this.#budgets.close();
    const atNs = Math.min(this.#clock.nowNs(), this.#window.windowEnd);
    this.#emit({ kind: "ended", atMs: this.#clock.toAbsoluteMs(atNs) });
  }

  /** Nothing more may be sent, or not one way: what is open ends by itself then, and slots that wait have nothing left to do. */
  #onBudgetSpent(): void {
    if (this.#phase !== "running") return;
    const now = this.#clock.nowNs();
    for (const slot of this.#pool.activeSlots) {
      const connection = this.#pool.at(slot);
      if (connection?.isConnecting === false) connection.proceed(now);
    }
    if (!this.#budgets.isSpent) return;
    this.#starter.end();
    this.#reconnect.stop();
    for (const slot of this.#pool.activeSlots) {
      const connection = this.#pool.at(slot);
      if (!connection) this.#pool.deactivate(slot);
      else if (connection.isConnecting) this.#pool.abort(connection);
    }
    this.#closeWhenDone();
  }

  #closeWhenDone(): void {
    if (this.#phase === "running" && !this.#pool.hasActiveSlots) this.#close();
  }

  #close(): void {
    const { recorder } = this.#measurement;
    if (this.#phase === "running" && recorder.isOpen) recorder.close();
    this.#phase = "closing";
    this.#connector.stop();
    this.#reconnect.stop();
    this.#measurement.sampleKernelAtEnd();
    for (const connection of this.#pool.all) {
      if (connection.isConnecting) {
        this.#pool.abort(connection);
        continue;
      }
      // Those of a churn were counted when they had done their part.
      if (this.#plan.mode !== "churn" && connection.hasReceived) this.#measurement.countFastOpen(connection);
      connection.shutdown();
    }
    if (this.#pool.size === 0) this.#finish();
  }

  #finish(): void {
    if (this.#phase === "finished") return;
    this.#phase = "finished";
    this.#stopLooks();
    const { windowStart } = this.#window;
    // A load that is stopped before it has begun knows of no window.
    const originNs = Number.isFinite(windowStart) ? windowStart : this.#clock.nowNs();
    const report = this.#measurement.report(this.#reconnect.outagesSince(originNs));
    this.#emit({ kind: "finished", report });
  }
}
