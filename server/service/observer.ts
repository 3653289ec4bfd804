import { repeat, type Timers } from "../../lib/timers.ts";
import type { Peer } from "../peer/peer.ts";
import { type Talker, TopTalkers } from "../peer/top-talkers.ts";
import type { Log } from "../log/log.ts";
import { LoopLag } from "../telemetry/loop-lag.ts";
import { RecentEvents, type TimedEvent } from "../telemetry/recent-events.ts";
import type { Tally } from "../telemetry/tally.ts";

/** What the admin page shows of one process besides its counters. */
export interface Observation {
  /** busiest first */
  readonly talkers: readonly Talker[];
  /** oldest first */
  readonly events: readonly TimedEvent[];
}

/** The parts of a server process that an observer reads, and the tally that it writes the event-loop lag to. */
export interface ObservedProcess {
  readonly peers: () => Iterable<Peer>;
  readonly log: Pick<Log, "onEvent">;
  readonly tally: Tally;
  readonly timers: Timers;
}

const PERIOD_MS = 1_000;

/** Collects what the admin page shows of one process: its top talkers, latest events and event-loop lag. */
export class Observer implements Disposable {
  readonly #events = new RecentEvents();
  readonly #stopTalkers: () => void;
  readonly #stopLag: () => void;
  #talkers: readonly Talker[] = [];

  /** @param onObservation called every second with the latest observation */
  constructor(
    { peers, log, tally, timers }: ObservedProcess,
    onObservation: (observation: Observation) => void = () => {},
  ) {
    log.onEvent = (timeMs, event) => this.#events.add(timeMs, event);
    this.#stopLag = LoopLag.watch(timers, (worstMs) => tally.set("eventLoopLagMs", worstMs));
    const topTalkers = new TopTalkers(performance.now());
    this.#stopTalkers = repeat(timers, PERIOD_MS, () => {
      this.#talkers = topTalkers.look(peers(), performance.now());
      onObservation(this.latest);
    });
  }

  get latest(): Observation {
    return { talkers: this.#talkers, events: this.#events.all };
  }

  [Symbol.dispose](): void {
    this.#stopTalkers();
    this.#stopLag();
  }
}
