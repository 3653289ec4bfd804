import { type Backoff, backoffMs } from "../../lib/backoff.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { repeat, type Timers } from "../../lib/timers.ts";
import { version } from "../../lib/version.ts";
import { type HeartbeatAttempt, type HeartbeatConnection, pingFailureKinds } from "../reach/heartbeat.ts";
import { describePingFailure } from "../reach/outcome-text.ts";
import type { PingFailure } from "../reach/ping-connection.ts";
import type { SoakEvent, SoakSetting } from "./events.ts";

/** How often the echoes since the last tick are reported. */
const TICK_MS = 1_000;

const reconnectBackoff: Backoff = { firstMs: 100, longestMs: 1_000 };

/** What a soak needs from outside. */
export interface SoakWorld extends Timers {
  /** ms since 1970; does not jump */
  readonly nowMs: () => number;
  connect(): HeartbeatAttempt;
  onEvent(event: SoakEvent): void;
  /** when it aborts, nobody waits for the end of the soak any longer */
  readonly hurry: AbortSignal;
}

/** The heartbeats since the last tick. */
class Tally {
  #sent = 0;
  readonly #latencies = new LatencyHistogram();

  echoed(rttNs: number): void {
    this.#sent++;
    this.#latencies.record(rttNs);
  }

  lost(): void {
    this.#sent++;
  }

  /** Returns the counts and starts again at 0. */
  take(): { sent: number; latencies: Array<[number, number]> } {
    const latencies: Array<[number, number]> = [];
    this.#latencies.forEach((ns, count) => latencies.push([ns, count]));
    const sent = this.#sent;
    this.#sent = 0;
    this.#latencies.clear();
    return { sent, latencies };
  }
}

/**
 * One of the connections: opens it, sends heartbeats, and opens it again when it breaks. Its waits leave no listeners
 * or promises behind, which would add up over days.
 */
class SoakConnection {
  readonly #number: number;
  readonly #setting: SoakSetting;
  readonly #world: SoakWorld;
  readonly #tally: Tally;
  #isStopped = false;
  #wake = (): void => {};
  #attempt: HeartbeatAttempt | undefined;
  #heartbeat: HeartbeatConnection | undefined;
  #closing: Promise<string | undefined> | undefined;
  #downSince: number | undefined;
  /** in a row */
  #failedConnects = 0;

  constructor(number: number, setting: SoakSetting, world: SoakWorld, tally: Tally) {
    this.#number = number;
    this.#setting = setting;
    this.#world = world;
    this.#tally = tally;
  }

  stop(): void {
    this.#isStopped = true;
    this.#attempt?.abort();
    this.#closing = this.#heartbeat?.close(this.#world.hurry);
    this.#wake();
  }

  /** Waits for this long, or until `#wake` is called. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#world.after(Math.max(0, ms), () => this.#wake());
      this.#wake = () => {
        cancel();
        this.#wake = () => {};
        resolve();
      };
    });
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      this.#attempt = this.#world.connect();
      const result = await this.#attempt.result;
      this.#attempt = undefined;
      if (result.kind === "open") await this.#sendHeartbeats(result.connection);
      else this.#connectFailed(result.cause, result.message);
      if (this.#failedConnects > 0) await this.#pause(backoffMs(this.#failedConnects, reconnectBackoff));
    }
  }

  /** A connect failed, or the connection ended before its first echo. */
  #connectFailed(cause: string, message: string): void {
    if (this.#isStopped) return;
    this.#failedConnects++;
    this.#broke(cause, message, null, null);
  }

  #broke(cause: string, message: string, ageMs: number | null, silentMs: number | null): void {
    // A connect that fails during an outage is part of that outage.
    if (this.#downSince !== undefined) return;
    const at = this.#world.nowMs();
    this.#downSince = at;
    this.#world.onEvent({ kind: "break", at, connection: this.#number, cause, message, ageMs, silentMs });
  }

  #reportUp(at: number): void {
    const connection = this.#number;
    const since = this.#downSince;
    const failedConnects = this.#failedConnects;
    this.#downSince = undefined;
    this.#failedConnects = 0;
    if (since === undefined) this.#world.onEvent({ kind: "up", at, connection });
    else this.#world.onEvent({ kind: "recover", at, connection, outageMs: at - since, failedConnects });
  }

  /** Sends heartbeats until the connection breaks or the soak is stopped. */
  async #sendHeartbeats(heartbeat: HeartbeatConnection): Promise<void> {
    const { connections, everyMs } = this.#setting;
    const { nowMs } = this.#world;
    const openedAt = nowMs();
    let lastSentAt: number | undefined;
    // Spread over the interval, so that the heartbeats of all connections do not go out in one burst.
    let dueAt = openedAt - (everyMs * this.#number) / connections;
    this.#heartbeat = heartbeat;
    let isDisconnected = false;
    void heartbeat.disconnected.then(() => {
      isDisconnected = true;
      return this.#wake();
    });
    while (!this.#isStopped) {
      const sentAt = nowMs();
      const wasDisconnected = isDisconnected;
      const outcome = await heartbeat.ping();
      if (outcome.kind !== "echoed") {
        // A heartbeat that the end of the soak interrupted means nothing.
        if (this.#isStopped) break;
        if (!wasDisconnected) this.#tally.lost();
        this.#heartbeatFailed(outcome, openedAt, sentAt, lastSentAt);
        break;
      }
      if (lastSentAt === undefined) this.#reportUp(nowMs());
      lastSentAt = sentAt;
      this.#echoed(outcome.rttNs);
      dueAt = Math.max(dueAt + everyMs, nowMs());
      await this.#pause(dueAt - nowMs());
    }
    this.#heartbeat = undefined;
    if (!this.#isStopped) return heartbeat.shutdown();
    const message = await this.#closing;
    const connection = this.#number;
    if (message !== undefined) this.#world.onEvent({ kind: "bad-close", at: nowMs(), connection, message });
  }

  #heartbeatFailed(failure: PingFailure, openedAt: number, sentAt: number, lastSentAt: number | undefined): void {
    const cause = pingFailureKinds[failure.kind];
    const message = describePingFailure(failure, this.#setting.timeoutMs);
    if (lastSentAt === undefined) this.#connectFailed(cause, message);
    else this.#broke(cause, message, this.#world.nowMs() - openedAt, sentAt - lastSentAt);
  }

  #echoed(rttNs: number): void {
    this.#tally.echoed(rttNs);
    const tookMs = rttNs / 1e6;
    if (tookMs < this.#setting.stallMs) return;
    this.#world.onEvent({ kind: "stall", at: this.#world.nowMs(), connection: this.#number, tookMs });
  }
}

/**
 * Keeps connections open with heartbeats and reports what happens to them.
 * @param stop ends the soak
 */
export async function soak(setting: SoakSetting, world: SoakWorld, stop: AbortSignal): Promise<void> {
  const tally = new Tally();
  const connections = Array.from(
    { length: setting.connections },
    (_, i) => new SoakConnection(i, setting, world, tally),
  );
  const tick = (): void => world.onEvent({ kind: "tick", at: world.nowMs(), ...tally.take() });
  world.onEvent({ kind: "start", at: world.nowMs(), schema: "echobench.soak-journal/1", version, setting });
  const endTicks = repeat(world, TICK_MS, tick);
  stop.addEventListener("abort", () => connections.forEach((connection) => connection.stop()));
  await Promise.all(connections.map((connection) => connection.run()));
  endTicks();
  tick();
  world.onEvent({ kind: "end", at: world.nowMs() });
}
