import type { LogEvent } from "./event.ts";

/** An event with its time, in ms since 1970. */
export type TimedEvent = LogEvent & { readonly timeMs: number };

/** How many events are told of. */
export const RECENT_EVENTS = 50;

/** The last events, without those of every read. */
export class RecentEvents {
  #events: TimedEvent[] = [];

  /** The newest last. */
  get all(): readonly TimedEvent[] {
    return this.#events.slice(-RECENT_EVENTS);
  }

  add(timeMs: number, event: LogEvent): void {
    if (event.kind === "DATA") return;
    this.#events.push({ ...event, timeMs });
    // Seldom, so that few are moved for each that comes.
    if (this.#events.length >= 2 * RECENT_EVENTS) this.#events = this.#events.slice(-RECENT_EVENTS);
  }
}
