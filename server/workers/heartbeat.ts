import { repeat, type Timers } from "../../lib/timers.ts";
import type { Tally } from "../telemetry/tally.ts";

/** How often a worker shows that it runs, and how often the supervisor looks. */
export const BEAT_MS = 500;

/** Looks without a beat in between, after which a worker counts as silent. */
const SILENT_LOOKS = 4;

/** How long a worker does not answer before it counts as silent. */
export const SILENT_MS = SILENT_LOOKS * BEAT_MS;

/** Shows in the shared counters that the event loop of a worker runs. */
export const startBeating = (timers: Timers, tally: Tally): (() => void) =>
  repeat(timers, BEAT_MS, () => tally.add("beats"));

/**
 * Tells from the beats of a worker whether it answers. It counts looks rather than time: while the supervisor itself
 * stands still, such as on a suspended machine, nobody looks.
 */
export class HeartbeatWatch {
  #beats = Number.NaN;
  #looks = 0;

  /** Whether the last looks have seen no new beat. */
  get isSilent(): boolean {
    return this.#looks >= SILENT_LOOKS;
  }

  /** @returns whether `isSilent` has changed */
  look(beats: number): boolean {
    const wasSilent = this.isSilent;
    this.#looks = beats === this.#beats ? this.#looks + 1 : 0;
    this.#beats = beats;
    return this.isSilent !== wasSilent;
  }
}
