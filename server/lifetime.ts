import { eventLoopTimers, repeat, type Timers } from "../lib/timers.ts";
import type { Counters } from "./telemetry/counters.ts";

const LOOK_MS = 50;

/** So long after the last connection has closed, the first test is over: a client may close all and open others. */
const QUIET_MS = 1_000;

/** When a server ends by itself; undefined and false never end it. */
export interface Lifetime {
  readonly durationMs: number | undefined;
  /** after the first test: when bytes have moved, and no connection has been open for a second */
  readonly once: boolean;
}

/** Calls `onOver` when the time of a server that listens is over, unless it is disposed before. */
export function watchLifetime(
  { durationMs, once }: Lifetime,
  counters: () => Pick<Counters, "connections" | "active" | "bytesIn" | "bytesOut">,
  onOver: () => void,
  timers: Timers = eventLoopTimers,
): Disposable {
  const cancels: Array<() => void> = [];
  if (durationMs !== undefined) cancels.push(timers.after(durationMs, onOver));
  let [quietMs, seen] = [0, 0];
  const look = (): void => {
    const { connections, active, bytesIn, bytesOut } = counters();
    // Whoever only looks whether the port is open moves none.
    const hasServed = bytesIn + bytesOut > 0;
    const isQuiet = hasServed && active === 0 && connections === seen;
    seen = connections;
    quietMs = isQuiet ? quietMs + LOOK_MS : 0;
    if (quietMs >= QUIET_MS) onOver();
  };
  if (once) cancels.push(repeat(timers, LOOK_MS, look));
  return { [Symbol.dispose]: () => cancels.forEach((cancel) => cancel()) };
}
