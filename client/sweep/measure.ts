import type { Threshold } from "../../lib/result/thresholds.ts";
import { InterruptedError, RunFailedError } from "../../lib/errors.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { Address } from "../transport/transport.ts";
import { type ClientOptions, standardLoad } from "../options/options.ts";
import type { TlsSettings } from "../options/tls-options.ts";
import { type LoadPlan, toPlan, toThreadPlans } from "../run/plan.ts";
import { noObserver } from "../run/observer.ts";
import { buildResult } from "../run/result.ts";
import { keepsRate } from "../run/rate-kept.ts";
import { runLoad } from "../run/run.ts";
import type { PointSetting, SweepOptions } from "./options.ts";
import { RateSearch } from "./rate-search.ts";
import type { SweepPoint } from "./result.ts";

/** A rate counts as reached when it is missed by no more than this share: points are short, and their edges count. */
const RATE_TOLERANCE = 0.02;

/** The first rate of a search, as a share of the throughput of a closed loop. */
const FIRST_SHARE = 0.5;

/** The client options for the load of one point. */
export function loadOf(options: SweepOptions, { size, conns, buffer, rate }: PointSetting): ClientOptions {
  const { duration, warmup, pipeline, threads, engine, timeout, connectTimeout } = options;
  return {
    ...standardLoad(options),
    ...{ duration, warmup, pipeline, threads, engine, timeout, connectTimeout },
    ...{ conns, buffer, rate, size: { kind: "fixed", bytes: size }, expect: [...options.findRate] },
  };
}

function toPoint(
  { size, conns, buffer, rate }: PointSetting,
  plan: LoadPlan,
  result: DecodedResult,
  thresholds: readonly Threshold[],
): SweepPoint {
  const { p50, p99, p99_9, max } = result.rttNs;
  const hasKept = result.expectations.every(({ ok }) => ok) && keepsRate(plan, result, RATE_TOLERANCE);
  return {
    ...{ size, conns, buffer: buffer ?? null, rate: rate ?? null },
    messagesPerSecond: result.throughput.messagesPerSecond,
    bytesPerSecond: result.throughput.bytesPerSecond,
    rttNs: { p50, p99, p99_9, max },
    hasKept: thresholds.length > 0 ? hasKept : null,
    warnings: result.warnings.map(({ code }) => code),
  };
}

/** What a sweep needs from outside. */
export interface SweepWorld {
  readonly addresses: readonly Address[];
  /** ends the sweep with the points measured so far */
  readonly stop: AbortSignal;
  /** draws a seed for each point, so that bytes of an earlier one are wrong */
  readonly drawSeed: () => number;
  /** undefined connects in plain text */
  readonly tls: TlsSettings | undefined;
  onPoint(point: SweepPoint): void;
}

/** An interruption is no error: the points measured before it are kept. */
function ignoreInterruption(error: unknown): undefined {
  if (!(error instanceof InterruptedError)) throw error;
}

/**
 * Measures one point.
 * @returns undefined when interrupted
 * @throws RunFailedError when an echo differs or a connection fails
 */
async function measurePoint(
  setting: PointSetting,
  options: SweepOptions,
  world: SweepWorld,
): Promise<SweepPoint | undefined> {
  const load = loadOf(options, setting);
  const plan = toPlan(load, world.drawSeed, world.tls);
  const running = runLoad(plan, toThreadPlans(plan, load), world.addresses, world.stop, noObserver);
  const measured = await running.catch(ignoreInterruption);
  if (!measured) return undefined;
  const result = buildResult(load, plan, measured);
  const [failure] = result.errors.first;
  if (failure) throw new RunFailedError(`the load failed: ${failure.kind}: ${failure.message}`);
  if (measured.isInterrupted) return undefined;
  const point = toPoint(setting, plan, result, options.findRate);
  world.onPoint(point);
  return point;
}

/** Measures one point after the other. Stops early when interrupted. */
export async function measureSettings(
  settings: readonly PointSetting[],
  options: SweepOptions,
  world: SweepWorld,
): Promise<SweepPoint[]> {
  const points: SweepPoint[] = [];
  for (const setting of settings) {
    const point = await measurePoint(setting, options, world);
    if (!point) break;
    points.push(point);
  }
  return points;
}

/** The result of a search for a rate. */
export interface FoundRate {
  /** messages a second; undefined when no rate met the thresholds */
  readonly rate: number | undefined;
  readonly points: readonly SweepPoint[];
}

/** Searches for the highest rate that meets the thresholds, beginning below the throughput of a closed loop. */
export async function findRate(setting: PointSetting, options: SweepOptions, world: SweepWorld): Promise<FoundRate> {
  const closed = await measurePoint(setting, options, world);
  if (!closed) return { rate: undefined, points: [] };
  const points = [closed];
  let search = new RateSearch(Math.max(1, closed.messagesPerSecond * FIRST_SHARE));
  for (let { next: rate } = search; rate !== undefined; { next: rate } = search) {
    const point = await measurePoint({ ...setting, rate }, options, world);
    if (!point) break;
    points.push(point);
    search = search.after(rate, point.hasKept === true);
  }
  return { rate: search.passed, points };
}
