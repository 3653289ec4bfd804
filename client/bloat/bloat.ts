import { mean, standardDeviation } from "simple-statistics";
import { InterruptedError, RunFailedError } from "../../lib/errors.ts";
import { unlessStopped } from "../../lib/timers.ts";
import type { KernelView } from "../measure/kernel-sampler.ts";
import type { HeartbeatConnection } from "../reach/heartbeat.ts";
import { describePingFailure } from "../reach/outcome-text.ts";
import { trimmedMean } from "./grade.ts";
import { loadError, type SaturatingLoad } from "./saturating-load.ts";

/** Throughput is stable when it varies by no more than this share. Latency has fewer samples and varies more. */
const THROUGHPUT_TOLERANCE = 0.05;
const LATENCY_TOLERANCE = 0.1;

/** The latest intervals, which have to agree before the measurement ends, and which count. */
const STABLE_INTERVALS = 4;

/** How the path is measured. Times in ms. */
export interface BloatSettings {
  readonly idleMs: number;
  /** longest duration of the load, stable or not */
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly maxConnections: number;
  /** whether the load goes both ways, each on connections of its own */
  readonly loadsBothWays: boolean;
}

/** One interval of the load. */
export interface BloatInterval {
  readonly startMs: number;
  readonly endMs: number;
  readonly connections: number;
  readonly bytesPerSecond: number;
  /** of both ways: those that went up; null of other loads */
  readonly uploadedBytesPerSecond: number | null;
  readonly probes: number;
  /** trimmed mean of the probes' round trips; 0 without probes */
  readonly rttNs: number;
}

/** The measurements. Round trips in nanoseconds. */
export interface BloatMeasurements {
  readonly idleNs: readonly number[];
  /** in the intervals that count */
  readonly loadedNs: readonly number[];
  readonly intervals: readonly BloatInterval[];
  readonly isStable: boolean;
  readonly bytesPerSecond: number;
  /** of both ways: those that went up; null of other loads */
  readonly uploadedBytesPerSecond: number | null;
  readonly kernel: readonly KernelView[];
  /** what was wrong with how the server closed the probe connection, in words */
  readonly closeProblem: string | undefined;
}

/** What the measurement needs from outside. */
export interface BloatWorld {
  /** monotonic */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stop: AbortSignal;
  startLoad(): Promise<SaturatingLoad>;
  onInterval(interval: BloatInterval): void;
}

/** Sends probes one after the other until `isOver` or a stop, and calls `onRtt` with the round trip of each. */
async function probeUntil(
  isOver: () => boolean,
  connection: HeartbeatConnection,
  { everyMs, timeoutMs }: BloatSettings,
  world: BloatWorld,
  onRtt: (rttNs: number) => void,
): Promise<void> {
  while (!isOver()) {
    const sentMs = world.nowMs();
    const outcome = await unlessStopped(connection.ping(), world.stop);
    if (!outcome) return;
    if (outcome.kind !== "echoed") {
      throw new RunFailedError(`the probe connection failed: ${describePingFailure(outcome, timeoutMs)}`);
    }
    onRtt(outcome.rttNs);
    const waitMs = everyMs - (world.nowMs() - sentMs);
    if (waitMs > 0) await world.sleep(waitMs);
  }
}

/** Whether the standard deviation of the last four values is within this share of their mean, as in goresponsiveness. */
function isStable(values: readonly number[], tolerance: number): boolean {
  const latest = values.slice(-STABLE_INTERVALS);
  if (latest.length < STABLE_INTERVALS) return false;
  return standardDeviation(latest) <= tolerance * mean(latest);
}

const hasSettled = (intervals: readonly BloatInterval[]): boolean =>
  isStable(
    intervals.map(({ bytesPerSecond }) => bytesPerSecond),
    THROUGHPUT_TOLERANCE,
  ) &&
  isStable(
    intervals.map(({ rttNs }) => rttNs),
    LATENCY_TOLERANCE,
  );

/** Adds one connection to the load in each interval until throughput and latency are stable. */
async function measureLoaded(
  load: SaturatingLoad,
  connection: HeartbeatConnection,
  settings: BloatSettings,
  world: BloatWorld,
): Promise<Omit<BloatMeasurements, "idleNs" | "kernel" | "closeProblem">> {
  const { durationMs, intervalMs, maxConnections } = settings;
  const intervals: BloatInterval[] = [];
  const samples: number[][] = [];
  let current: number[] = [];
  let isOver = false;
  const onRtt = (rttNs: number): void => void current.push(rttNs);
  const probing = probeUntil(() => isOver, connection, settings, world, onRtt);
  // A failed probe ends the measurement at once. Its error is thrown by the `await` below.
  probing.catch(() => (isOver = true));
  const startMs = world.nowMs();
  let fromMs = 0;
  for (let connections = 1; !isOver;) {
    await world.sleep(intervalMs);
    const endMs = world.nowMs() - startMs;
    const { bytes, uploaded } = load.takeBytes();
    const perSecond = (count: number): number => (count * 1_000) / (endMs - fromMs);
    const rates = {
      bytesPerSecond: perSecond(bytes),
      uploadedBytesPerSecond: settings.loadsBothWays ? perSecond(uploaded) : null,
    };
    const probes = { probes: current.length, rttNs: Math.round(trimmedMean(current)) };
    const interval = { startMs: fromMs, endMs, connections, ...rates, ...probes };
    intervals.push(interval);
    samples.push(current);
    world.onInterval(interval);
    current = [];
    fromMs = endMs;
    isOver ||= hasSettled(intervals) || endMs >= durationMs || world.stop.aborted || load.failure !== undefined;
    if (connections < maxConnections) load.grow(++connections);
  }
  await probing;
  if (load.failure) throw loadError(load.failure);
  const counted = intervals.slice(-STABLE_INTERVALS);
  return {
    intervals,
    loadedNs: samples.slice(-STABLE_INTERVALS).flat(),
    isStable: hasSettled(intervals),
    bytesPerSecond: mean(counted.map(({ bytesPerSecond }) => bytesPerSecond)),
    uploadedBytesPerSecond: settings.loadsBothWays
      ? mean(counted.map(({ uploadedBytesPerSecond }) => uploadedBytesPerSecond ?? 0))
      : null,
  };
}

const interrupted = (): InterruptedError => new InterruptedError("interrupted before the path was full");

/**
 * Measures the latency of an idle path, and then of the same path under load (the working conditions of
 * draft-ietf-ippm-responsiveness), on a connection that carries nothing else.
 * @throws RunFailedError when the probe connection or the load fails
 * @throws InterruptedError when it was stopped before there was a result
 */
export async function measureBloat(
  connection: HeartbeatConnection,
  settings: BloatSettings,
  world: BloatWorld,
): Promise<BloatMeasurements> {
  const idleNs: number[] = [];
  const startMs = world.nowMs();
  const isIdleOver = (): boolean => world.stop.aborted || world.nowMs() - startMs >= settings.idleMs;
  await probeUntil(isIdleOver, connection, settings, world, (rttNs) => idleNs.push(rttNs));
  if (world.stop.aborted) throw interrupted();
  const started = await unlessStopped(world.startLoad(), world.stop);
  if (!started) throw interrupted();
  using load = started;
  const loaded = await measureLoaded(load, connection, settings, world);
  if (loaded.loadedNs.length === 0) throw interrupted();
  const kernel = await load.end();
  return { idleNs, ...loaded, kernel, closeProblem: await connection.close(world.stop) };
}
