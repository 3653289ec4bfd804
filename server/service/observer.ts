import { repeat, type Timers } from "../../lib/timers.ts";
import { LoopLag } from "../telemetry/loop-lag.ts";
import type { Peer } from "../echo/peer.ts";
import { RecentEvents, type TimedEvent } from "../telemetry/recent-events.ts";
import type { LogEvent } from "../telemetry/event.ts";
import { type Talker, TopTalkers } from "../echo/top-talkers.ts";
import type { Tally } from "../telemetry/tally.ts";

/** What one process has seen of late. */
export interface Observation {
  /** the first one moves most */
  readonly talkers: readonly Talker[];
  /** the newest last */
  readonly events: readonly TimedEvent[];
}

const LOOK_MS = 1_000;

/** Watches one process of the server for whoever asks how it is. */
export class Observer implements Disposable {
  readonly #events = new RecentEvents();
  readonly #endLook: () => void;
  readonly #endLag: () => void;
  #talkers: readonly Talker[] = [];

  /** @param onLook called every second, after it has looked */
  constructor(
    peers: () => Iterable<Peer>,
    tally: Tally,
    timers: Timers,
    onLook: (seen: Observation) => void = () => {},
  ) {
    const watch = new TopTalkers(performance.now());
    this.#endLag = LoopLag.watch(timers, (worstMs) => tally.set("eventLoopLagMs", worstMs));
    this.#endLook = repeat(timers, LOOK_MS, () => {
      this.#talkers = watch.look(peers(), performance.now());
      onLook(this.seen);
    });
  }

  get seen(): Observation {
    return { talkers: this.#talkers, events: this.#events.all };
  }

  /** Something was logged. */
  noted(timeMs: number, event: LogEvent): void {
    this.#events.add(timeMs, event);
  }

  [Symbol.dispose](): void {
    this.#endLook();
    this.#endLag();
  }
}
