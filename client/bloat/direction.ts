import type { KernelView } from "../measure/kernel-sampler.ts";

/** Where data waits: `there` before the server's end of the path, `back` on the way from the server, or cannot be told. */
export type Direction = "there" | "back" | "unclear";

/** Above this part of the time that it had data to send, this end was held back by the server; below the other, it was not. */
const HELD_BACK = 0.5;
const NOT_HELD_BACK = 0.2;

/** The part of the sending time that the peers' receive windows held the connections back; null when none was busy. */
export function heldBackShare(views: readonly KernelView[]): number | null {
  const busyMs = views.reduce((sum, { info }) => sum + info.busyMs, 0);
  const heldMs = views.reduce((sum, { info }) => sum + info.rwndLimitedMs, 0);
  return busyMs > 0 ? heldMs / busyMs : null;
}

/**
 * Says on which way the load waits. Where the way there is the narrow one, this end's kernel sends as the congestion
 * window lets it. Where it is the way back, the echo does not get away, the server stops reading, and its closed receive
 * window is what holds this end back.
 */
export function directionOf(views: readonly KernelView[]): Direction {
  const share = heldBackShare(views);
  if (share === null) return "unclear";
  return share >= HELD_BACK ? "back" : share <= NOT_HELD_BACK ? "there" : "unclear";
}
