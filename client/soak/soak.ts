import { type Backoff, backoffMs } from "../../lib/backoff.ts";
import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { repeat, type Timers } from "../../lib/timers.ts";
import { version } from "../../lib/version.ts";
import { describeExchange } from "../reach/exchange-text.ts";
import type { SoakEvent, SoakSetting } from "./events.ts";
import { type Dialling, exchangeCauses, type Link } from "../reach/heartbeat.ts";

/** How often what has come back is told of. */
const TICK_MS = 1_000;

const reconnectBackoff: Backoff = { firstMs: 100, longestMs: 1_000 };

/** What a soak needs of the world. */
export interface SoakWorld extends Timers {
  /** ms since 1970; does not jump */
  readonly nowMs: () => number;
  dial(): Dialling;
  onEvent(event: SoakEvent): void;
}

/** Heartbeats since the last tick. */
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

  /** Gives what it has and begins anew. */
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
 * One of the connections: opened, kept with heartbeats, opened again when it breaks. Waits without leaving anything
 * behind that would pile up over days.
 */
class Slot {
  readonly #connection: number;
  readonly #setting: SoakSetting;
  readonly #world: SoakWorld;
  readonly #tally: Tally;
  #isStopped = false;
  #wake = (): void => {};
  #dialling: Dialling | undefined;
  #link: Link | undefined;
  #downSince: number | undefined;
  /** in a row */
  #failed = 0;

  constructor(connection: number, setting: SoakSetting, world: SoakWorld, tally: Tally) {
    this.#connection = connection;
    this.#setting = setting;
    this.#world = world;
    this.#tally = tally;
  }

  stop(): void {
    this.#isStopped = true;
    this.#dialling?.giveUp();
    this.#link?.finish();
    this.#wake();
  }

  /** Settles so much later, or when the slot is woken. */
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
      this.#dialling = this.#world.dial();
      const dialled = await this.#dialling.outcome;
      this.#dialling = undefined;
      if (dialled.kind === "open") await this.#keep(dialled.link);
      else this.#fail(dialled.cause, dialled.message);
      if (this.#failed > 0) await this.#pause(backoffMs(this.#failed, reconnectBackoff));
    }
  }

  /** A connection did not come about, or ended before an echo had come back. */
  #fail(cause: string, message: string): void {
    if (this.#isStopped) return;
    this.#failed++;
    this.#break(cause, message, null, null);
  }

  #break(cause: string, message: string, ageMs: number | null, silentMs: number | null): void {
    // A connect that fails is part of the outage that made it necessary.
    if (this.#downSince !== undefined) return;
    const at = this.#world.nowMs();
    this.#downSince = at;
    this.#world.onEvent({ kind: "break", at, connection: this.#connection, cause, message, ageMs, silentMs });
  }

  #stands(at: number): void {
    const connection = this.#connection;
    const since = this.#downSince;
    const failedConnects = this.#failed;
    this.#downSince = undefined;
    this.#failed = 0;
    if (since === undefined) this.#world.onEvent({ kind: "up", at, connection });
    else this.#world.onEvent({ kind: "recover", at, connection, outageMs: at - since, failedConnects });
  }

  /** Exchanges heartbeats until the connection breaks or the soak is stopped. */
  async #keep(link: Link): Promise<void> {
    const { connections, everyMs, stallMs, timeoutMs } = this.#setting;
    const { nowMs, onEvent } = this.#world;
    const bornAt = nowMs();
    let lastAt: number | undefined;
    // Spread over the time between heartbeats, so that those of all connections do not come in one burst.
    let dueAt = bornAt - (everyMs * this.#connection) / connections;
    this.#link = link;
    let isGone = false;
    void link.gone.then(() => {
      isGone = true;
      return this.#wake();
    });
    while (!this.#isStopped) {
      const sentAt = nowMs();
      const wasGone = isGone;
      const exchange = await link.exchange();
      if (exchange.kind !== "echoed") {
        // The last one of all, cut short by the end, tells nothing.
        if (this.#isStopped) break;
        if (!wasGone) this.#tally.lost();
        const cause = exchangeCauses[exchange.kind];
        const message = describeExchange(exchange, timeoutMs);
        if (lastAt === undefined) this.#fail(cause, message);
        else this.#break(cause, message, nowMs() - bornAt, sentAt - lastAt);
        break;
      }
      if (lastAt === undefined) this.#stands(nowMs());
      lastAt = sentAt;
      this.#tally.echoed(exchange.rttNs);
      const tookMs = exchange.rttNs / 1e6;
      if (tookMs >= stallMs) onEvent({ kind: "stall", at: nowMs(), connection: this.#connection, tookMs });
      dueAt = Math.max(dueAt + everyMs, nowMs());
      await this.#pause(dueAt - nowMs());
    }
    this.#link = undefined;
    link.finish();
  }
}

/**
 * Keeps connections open and sees how they fare.
 * @param stop ends it
 */
export async function soak(setting: SoakSetting, world: SoakWorld, stop: AbortSignal): Promise<void> {
  const tally = new Tally();
  const slots = Array.from({ length: setting.connections }, (_, i) => new Slot(i, setting, world, tally));
  const tick = (): void => world.onEvent({ kind: "tick", at: world.nowMs(), ...tally.take() });
  world.onEvent({ kind: "start", at: world.nowMs(), schema: "echobench.soak-journal/1", version, setting });
  const endTicks = repeat(world, TICK_MS, tick);
  stop.addEventListener("abort", () => slots.forEach((slot) => slot.stop()));
  await Promise.all(slots.map((slot) => slot.run()));
  endTicks();
  tick();
  world.onEvent({ kind: "end", at: world.nowMs() });
}
