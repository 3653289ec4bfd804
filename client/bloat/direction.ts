import type { KernelView } from "../measure/kernel-sampler.ts";

/** Where data queues: on the way to the server (`there`), on the way back, or unknown. */
export type Direction = "there" | "back" | "unclear";

/** From this share of the sending time on, the server limited the load; up to the smaller one, it did not. */
const LIMITED = 0.5;
const NOT_LIMITED = 0.2;

/** The share of the sending time in which the server's receive window limited the load; null without data. */
export function heldBackShare(views: readonly KernelView[]): number | null {
  const busyMs = views.reduce((sum, { info }) => sum + info.busyMs, 0);
  const limitedMs = views.reduce((sum, { info }) => sum + info.rwndLimitedMs, 0);
  return busyMs > 0 ? limitedMs / busyMs : null;
}

/**
 * Finds the direction with the bottleneck. On the way there, the congestion window limits this end. On the way back,
 * the server cannot send its echoes, stops reading, and its receive window limits this end.
 */
export function directionOf(views: readonly KernelView[]): Direction {
  const share = heldBackShare(views);
  if (share === null) return "unclear";
  return share >= LIMITED ? "back" : share <= NOT_LIMITED ? "there" : "unclear";
}
