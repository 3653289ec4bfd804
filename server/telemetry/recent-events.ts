import type { LogEvent } from "./event.ts";

/** An event with its time, in ms since 1970. */
export type TimedEvent = LogEvent & { readonly timeMs: number };

/** How many events are kept. */
export const RECENT_EVENTS = 50;

/** The latest events, without DATA. */
export class RecentEvents {
  #events: TimedEvent[] = [];

  /** Oldest first. */
  get all(): readonly TimedEvent[] {
    return this.#events.slice(-RECENT_EVENTS);
  }

  add(timeMs: number, event: LogEvent): void {
    if (event.kind === "DATA") return;
    this.#events.push({ ...event, timeMs });
    // Cutting only at twice the size copies less per event.
    if (this.#events.length >= 2 * RECENT_EVENTS) this.#events = this.#events.slice(-RECENT_EVENTS);
  }
}
