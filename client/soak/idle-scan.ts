import type { Timers } from "../../lib/timers.ts";
import { describeExchange } from "../reach/exchange-text.ts";
import type { Dialling, Link } from "../reach/heartbeat.ts";

/** Silences that are tried at the same time once the limit lies between two of them. */
const PARALLEL = 8;

/** The limit is found when it lies within this part of itself, or within this time. */
const PRECISION = 0.02;
const PRECISION_MS = 100;

/** How a connection fared that was silent for a while. */
export type IdleTrial =
  | {
      readonly kind: "alive";
      readonly idleMs: number;
      /** whether segments came in meanwhile: somebody probes */
      readonly isProbed: boolean;
    }
  /** it did not answer after the silence: what is between forgot it */
  | { readonly kind: "dead"; readonly idleMs: number; readonly how: string }
  /** it was ended during the silence, after so long */
  | { readonly kind: "ended"; readonly idleMs: number; readonly how: string };

/** What a scan has come to. Times in ms. */
export type IdleFinding =
  | { readonly kind: "none"; readonly testedMs: number; readonly isProbed: boolean }
  /** the limit lies between the two */
  | {
      readonly kind: "limit";
      readonly aliveMs: number;
      readonly deadMs: number;
      readonly how: string;
      readonly isProbed: boolean;
    }
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "interrupted"; readonly aliveMs: number; readonly deadMs: number | null };

/** What a scan needs of the world. */
export interface IdleScanWorld extends Timers {
  readonly nowMs: () => number;
  dial(): Dialling;
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
  onTrial(trial: IdleTrial): void;
}

/** The silences of the first round: each twice the one before, up to the longest. */
export function firstSilences(maxMs: number): number[] {
  const silences: number[] = [];
  for (let ms = Math.min(1_000, maxMs); ms < maxMs; ms *= 2) silences.push(ms);
  return [...silences, maxMs];
}

/** Silences between two, at even distances; none when they lie close enough. */
export function silencesBetween(aliveMs: number, deadMs: number): number[] {
  if (deadMs - aliveMs <= Math.max(PRECISION_MS, PRECISION * deadMs)) return [];
  return Array.from({ length: PARALLEL }, (_, i) => aliveMs + ((i + 1) * (deadMs - aliveMs)) / (PARALLEL + 1));
}

/** Settles after so long, when the link has gone, or when the wait is called off. */
function wait(world: IdleScanWorld, link: Link, ms: number, calledOff: AbortSignal): Promise<"idled" | "gone" | "off"> {
  return new Promise((resolve) => {
    const cancel = world.after(ms, () => resolve("idled"));
    const end = (how: "gone" | "off") => (): void => {
      cancel();
      resolve(how);
    };
    void link.gone.then(end("gone"));
    if (calledOff.aborted) end("off")();
    calledOff.addEventListener("abort", end("off"));
  });
}

/** Opens a connection, exchanges a message, is silent, and exchanges another. @returns undefined when called off */
async function attempt(
  world: IdleScanWorld,
  idleMs: number,
  calledOff: AbortSignal,
): Promise<IdleTrial | string | undefined> {
  const dialling = world.dial();
  calledOff.addEventListener("abort", () => dialling.giveUp());
  const dialled = await dialling.outcome;
  if (calledOff.aborted) return undefined;
  if (dialled.kind === "failed") return dialled.message;
  const { link } = dialled;
  calledOff.addEventListener("abort", () => link.finish());
  const first = await link.exchange();
  if (calledOff.aborted) return undefined;
  if (first.kind !== "echoed") return describeExchange(first, world.timeoutMs);
  const since = world.nowMs();
  const segmentsBefore = link.segmentsIn;
  const how = await wait(world, link, idleMs, calledOff);
  const wasSilentMs = world.nowMs() - since;
  const isProbed = segmentsBefore !== undefined && (link.segmentsIn ?? 0) > segmentsBefore;
  if (how === "off") return undefined;
  const second = await link.exchange();
  link.finish();
  if (calledOff.aborted && second.kind !== "echoed") return undefined;
  if (second.kind === "echoed") return { kind: "alive", idleMs, isProbed };
  const words = describeExchange(second, world.timeoutMs);
  return how === "gone" ? { kind: "ended", idleMs: wasSilentMs, how: words } : { kind: "dead", idleMs, how: words };
}

/** Tries silences side by side; those that are longer than one that was too long are called off. */
async function tryAll(world: IdleScanWorld, silences: readonly number[]): Promise<readonly IdleTrial[] | string> {
  const offs = silences.map(() => new AbortController());
  const stopAll = (): void => offs.forEach((off) => off.abort());
  world.stop.addEventListener("abort", stopAll);
  if (world.stop.aborted) stopAll();
  let problem: string | undefined;
  const trials = await Promise.all(
    silences.map(async (idleMs, i) => {
      const trial = await attempt(world, idleMs, (offs[i] as AbortController).signal);
      if (typeof trial === "string") {
        problem ??= trial;
        stopAll();
        return undefined;
      }
      if (trial) world.onTrial(trial);
      if (trial && trial.kind !== "alive") offs.slice(i + 1).forEach((off) => off.abort());
      return trial;
    }),
  );
  world.stop.removeEventListener("abort", stopAll);
  return problem ?? trials.filter((trial) => trial !== undefined);
}

/**
 * Finds out after how long an idle connection is forgotten or ended: in rounds of connections that are silent for
 * different times at once, so that a round takes no longer than the shortest silence that is too long.
 * @param maxMs the longest silence
 */
export async function scanIdle(maxMs: number, world: IdleScanWorld): Promise<IdleFinding> {
  const trials: IdleTrial[] = [];
  for (let silences = firstSilences(maxMs); ;) {
    const round = await tryAll(world, silences);
    if (typeof round === "string") return { kind: "unreachable", message: round };
    trials.push(...round);
    const dead = trials.filter(({ kind }) => kind !== "alive").toSorted((a, b) => a.idleMs - b.idleMs)[0];
    // Of connections that were silent for longer than one that ended, some may live by chance.
    const alive = trials.filter(
      ({ kind, idleMs }) => kind === "alive" && idleMs < (dead?.idleMs ?? Number.POSITIVE_INFINITY),
    );
    const aliveMs = Math.max(0, ...alive.map(({ idleMs }) => idleMs));
    if (world.stop.aborted) return { kind: "interrupted", aliveMs, deadMs: dead?.idleMs ?? null };
    const isProbed = alive.some((trial) => trial.kind === "alive" && trial.isProbed);
    if (!dead || dead.kind === "alive") return { kind: "none", testedMs: aliveMs, isProbed };
    // What was ended during its silence has told the limit itself.
    silences = dead.kind === "ended" ? [] : silencesBetween(aliveMs, dead.idleMs);
    if (silences.length === 0) return { kind: "limit", aliveMs, deadMs: dead.idleMs, how: dead.how, isProbed };
  }
}
