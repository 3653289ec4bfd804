/** What a run is doing. `waiting` for its start; `finishing`: what is in flight comes back. */
export type RunPhase = "connecting" | "waiting" | "warm-up" | "measuring" | "finishing" | "over";

/** What ends a run; undefined is no limit. */
export interface RunLimits {
  readonly durationMs: number | undefined;
  readonly messages: number | undefined;
  readonly bytes: number | undefined;
}

/** How far a run has come. */
export interface RunAdvance {
  /** since the window opened; negative in the warm-up, undefined before the load starts */
  readonly elapsedMs: number | undefined;
  readonly messages: number;
  readonly bytes: number;
}

/** How far a run has come of what it is to do. */
export interface Progress {
  /** the part that is done, from 0 to 1 */
  readonly share: number;
  /** until the window closes, as far as can be seen; undefined when nothing tells */
  readonly leftMs: number | undefined;
}

/** The part of a limit that is used up, and how long the rest takes. */
function towards(limit: number | undefined, done: number, elapsedMs: number): Progress {
  if (limit === undefined) return { share: 0, leftMs: undefined };
  const share = Math.min(1, done / limit);
  return { share, leftMs: done > 0 ? (elapsedMs * (1 - share)) / share : undefined };
}

/** Compares what a run has done with its limits: the first one that is reached ends it. */
export function progressOf({ elapsedMs, messages, bytes }: RunAdvance, limits: RunLimits): Progress {
  if (elapsedMs === undefined) return { share: 0, leftMs: undefined };
  const inWindow = Math.max(0, elapsedMs);
  const { durationMs } = limits;
  const inTime =
    durationMs === undefined
      ? { share: 0, leftMs: undefined }
      : { share: Math.min(1, inWindow / durationMs), leftMs: Math.max(0, durationMs - elapsedMs) };
  const all = [inTime, towards(limits.messages, messages, inWindow), towards(limits.bytes, bytes, inWindow)];
  const known = all.map(({ leftMs }) => leftMs).filter((leftMs) => leftMs !== undefined);
  return {
    share: Math.max(...all.map(({ share }) => share)),
    leftMs: known.length > 0 ? Math.min(...known) : undefined,
  };
}

/**
 * What a run is doing at a time.
 * @param share see `Progress`
 * @param beforeMs how long the load goes on before the window opens
 */
export function phaseOf(elapsedMs: number | undefined, share: number, isOver: boolean, beforeMs: number): RunPhase {
  if (isOver) return "over";
  if (elapsedMs === undefined) return "connecting";
  if (elapsedMs < -beforeMs) return "waiting";
  if (elapsedMs < 0) return "warm-up";
  return share < 1 ? "measuring" : "finishing";
}
