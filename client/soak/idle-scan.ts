import type { Timers } from "../../lib/timers.ts";
import type { HeartbeatAttempt, HeartbeatConnection } from "../reach/heartbeat.ts";
import { describePingFailure } from "../reach/outcome-text.ts";

/** Idle times that are tried in parallel once the limit is known to be between two of them. */
const PARALLEL = 8;

/** The scan ends when the limit is known to this share of itself, or to this time. */
const PRECISION = 0.02;
const PRECISION_MS = 100;

/** What became of a connection that was idle for a while. */
export type IdleTrial =
  | {
      readonly kind: "alive";
      readonly idleMs: number;
      /** whether segments came in meanwhile: keep-alive probes */
      readonly isProbed: boolean;
      /** what was wrong with how it ended afterwards */
      readonly closeProblem: string | undefined;
    }
  /** it did not answer after the idle time: something on the path forgot it */
  | { readonly kind: "dead"; readonly idleMs: number; readonly how: string }
  /** it was closed after this idle time */
  | { readonly kind: "ended"; readonly idleMs: number; readonly how: string };

/** The result of a scan. Times in ms. */
export type IdleFinding =
  | {
      readonly kind: "none";
      readonly testedMs: number;
      readonly isProbed: boolean;
      readonly closeProblem: string | undefined;
    }
  /** the limit is between `aliveMs` and `deadMs` */
  | {
      readonly kind: "limit";
      readonly aliveMs: number;
      readonly deadMs: number;
      readonly how: string;
      readonly isProbed: boolean;
      readonly closeProblem: string | undefined;
    }
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "interrupted"; readonly aliveMs: number; readonly deadMs: number | null };

/** What a scan needs from outside. */
export interface IdleScanWorld extends Timers {
  readonly nowMs: () => number;
  connect(): HeartbeatAttempt;
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  onTrial(trial: IdleTrial): void;
}

/** The idle times of the first round: each twice the one before, up to the longest. */
export function firstIdleTimes(maxMs: number): number[] {
  const times: number[] = [];
  for (let ms = Math.min(1_000, maxMs); ms < maxMs; ms *= 2) times.push(ms);
  return [...times, maxMs];
}

/** Evenly spaced idle times between two; none when the two are close enough. */
export function idleTimesBetween(aliveMs: number, deadMs: number): number[] {
  if (deadMs - aliveMs <= Math.max(PRECISION_MS, PRECISION * deadMs)) return [];
  return Array.from({ length: PARALLEL }, (_, i) => aliveMs + ((i + 1) * (deadMs - aliveMs)) / (PARALLEL + 1));
}

/** Waits for this long, or until the connection ends or the trial is cancelled. */
function waitIdle(
  world: IdleScanWorld,
  { disconnected }: HeartbeatConnection,
  ms: number,
  cancelled: AbortSignal,
): Promise<"idled" | "disconnected" | "cancelled"> {
  return new Promise((resolve) => {
    const cancelTimer = world.after(ms, () => resolve("idled"));
    const end = (how: "disconnected" | "cancelled") => (): void => {
      cancelTimer();
      resolve(how);
    };
    void disconnected.then(end("disconnected"));
    if (cancelled.aborted) end("cancelled")();
    cancelled.addEventListener("abort", end("cancelled"));
  });
}

/**
 * Opens a connection, pings, is idle, and pings again.
 * @returns a message when the target cannot be reached; undefined when cancelled
 */
async function tryIdleTime(
  world: IdleScanWorld,
  idleMs: number,
  cancelled: AbortSignal,
): Promise<IdleTrial | string | undefined> {
  const attempt = world.connect();
  cancelled.addEventListener("abort", () => attempt.abort());
  const result = await attempt.result;
  if (cancelled.aborted) return undefined;
  if (result.kind === "failed") return result.message;
  const { connection } = result;
  cancelled.addEventListener("abort", () => connection.shutdown());
  const first = await connection.ping();
  if (cancelled.aborted) return undefined;
  if (first.kind !== "echoed") return describePingFailure(first, world.timeoutMs);
  const since = world.nowMs();
  const segmentsBefore = connection.segmentsIn;
  const end = await waitIdle(world, connection, idleMs, cancelled);
  const wasIdleMs = world.nowMs() - since;
  const isProbed = segmentsBefore !== undefined && (connection.segmentsIn ?? 0) > segmentsBefore;
  if (end === "cancelled") return undefined;
  const second = await connection.ping();
  if (second.kind === "echoed") {
    return { kind: "alive", idleMs, isProbed, closeProblem: await connection.close(cancelled) };
  }
  connection.shutdown();
  if (cancelled.aborted) return undefined;
  const how = describePingFailure(second, world.timeoutMs);
  return end === "disconnected" ? { kind: "ended", idleMs: wasIdleMs, how } : { kind: "dead", idleMs, how };
}

/** Tries idle times in parallel. When one is too long, the longer ones are cancelled. */
async function tryAll(world: IdleScanWorld, idleTimes: readonly number[]): Promise<readonly IdleTrial[] | string> {
  const cancels = idleTimes.map(() => new AbortController());
  const cancelAll = (): void => cancels.forEach((cancel) => cancel.abort());
  world.stop.addEventListener("abort", cancelAll);
  if (world.stop.aborted) cancelAll();
  let problem: string | undefined;
  const trials = await Promise.all(
    idleTimes.map(async (idleMs, i) => {
      const trial = await tryIdleTime(world, idleMs, (cancels[i] as AbortController).signal);
      if (typeof trial === "string") {
        problem ??= trial;
        cancelAll();
        return undefined;
      }
      if (trial) world.onTrial(trial);
      if (trial && trial.kind !== "alive") cancels.slice(i + 1).forEach((cancel) => cancel.abort());
      return trial;
    }),
  );
  world.stop.removeEventListener("abort", cancelAll);
  return problem ?? trials.filter((trial) => trial !== undefined);
}

/**
 * Finds out after which idle time a connection is forgotten or closed. Each round has connections with different idle
 * times in parallel, so it takes no longer than the shortest idle time that is too long.
 * @param maxMs the longest idle time
 */
export async function scanIdle(maxMs: number, world: IdleScanWorld): Promise<IdleFinding> {
  const trials: IdleTrial[] = [];
  for (let idleTimes = firstIdleTimes(maxMs); ;) {
    const round = await tryAll(world, idleTimes);
    if (typeof round === "string") return { kind: "unreachable", message: round };
    trials.push(...round);
    const dead = trials.filter(({ kind }) => kind !== "alive").toSorted((a, b) => a.idleMs - b.idleMs)[0];
    // A connection that was idle for longer than a dead one survived by chance.
    const shorterMs = dead?.idleMs ?? Number.POSITIVE_INFINITY;
    const alive = trials.filter((trial) => trial.kind === "alive").filter(({ idleMs }) => idleMs < shorterMs);
    const aliveMs = Math.max(0, ...alive.map(({ idleMs }) => idleMs));
    if (world.stop.aborted) return { kind: "interrupted", aliveMs, deadMs: dead?.idleMs ?? null };
    const isProbed = alive.some((trial) => trial.isProbed);
    const closeProblem = alive.map((trial) => trial.closeProblem).find((problem) => problem !== undefined);
    if (!dead || dead.kind === "alive") return { kind: "none", testedMs: aliveMs, isProbed, closeProblem };
    // The time at which an idle connection was closed is the limit itself.
    idleTimes = dead.kind === "ended" ? [] : idleTimesBetween(aliveMs, dead.idleMs);
    if (idleTimes.length > 0) continue;
    return { kind: "limit", aliveMs, deadMs: dead.idleMs, how: dead.how, isProbed, closeProblem };
  }
}
