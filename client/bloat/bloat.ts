import { mean } from "simple-statistics";
import type { Exchange } from "../reach/ping-connection.ts";
import { describeExchange } from "../reach/exchange-text.ts";
import { InterruptedError, RunFailedError } from "../../lib/errors.ts";
import type { Link } from "../reach/heartbeat.ts";
import type { KernelView } from "../measure/kernel-sampler.ts";
import { type Filling, fillingError } from "./filling.ts";
import { trimmedMean } from "./grade.ts";
import { isStable, STABLE_INTERVALS } from "./stability.ts";

/** Throughput is stable when it varies by no more than this part; the probes are fewer and vary more. */
const THROUGHPUT_TOLERANCE = 0.05;
const LATENCY_TOLERANCE = 0.1;

/** How the path is measured. Times in ms. */
export interface BloatSettings {
  readonly idleMs: number;
  /** the load ends after so long, stable or not */
  readonly durationMs: number;
  readonly intervalMs: number;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly maxConnections: number;
}

/** One interval of the load. */
export interface BloatInterval {
  readonly startMs: number;
  readonly endMs: number;
  readonly connections: number;
  readonly bytesPerSecond: number;
  readonly probes: number;
  /** trimmed mean of the probes' round trips; 0 when none came back */
  readonly rttNs: number;
}

/** What was measured. Round trips in nanoseconds. */
export interface BloatMeasurements {
  readonly idleNs: readonly number[];
  /** of the intervals that count: the last ones */
  readonly loadedNs: readonly number[];
  readonly intervals: readonly BloatInterval[];
  readonly isStable: boolean;
  readonly bytesPerSecond: number;
  readonly kernel: readonly KernelView[];
}

/** What the measuring needs of the world. */
export interface BloatWorld {
  /** monotonic */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stop: AbortSignal;
  fill(): Promise<Filling>;
  onInterval(interval: BloatInterval): void;
}

const echoed = (exchange: Exchange, timeoutMs: number): number => {
  if (exchange.kind === "echoed") return exchange.rttNs;
  throw new RunFailedError(`the probe connection failed: ${describeExchange(exchange, timeoutMs)}`);
};

/** Sends probes one after the other until told to end. @returns their round trips */
async function probeUntil(
  isOver: () => boolean,
  link: Link,
  { everyMs, timeoutMs }: BloatSettings,
  world: BloatWorld,
  see: (rttNs: number) => void,
): Promise<void> {
  while (!isOver()) {
    const sentMs = world.nowMs();
    see(echoed(await link.exchange(), timeoutMs));
    const waitMs = everyMs - (world.nowMs() - sentMs);
    if (waitMs > 0) await world.sleep(waitMs);
  }
}

/** Whether more load would tell nothing new. */
const hasSettled = (intervals: readonly BloatInterval[]): boolean =>
  isStable(
    intervals.map(({ bytesPerSecond }) => bytesPerSecond),
    THROUGHPUT_TOLERANCE,
  ) &&
  isStable(
    intervals.map(({ rttNs }) => rttNs),
    LATENCY_TOLERANCE,
  );

/** Fills the path, with one more connection each interval, until throughput and latency are stable. */
async function measureLoaded(filling: Filling, link: Link, settings: BloatSettings, world: BloatWorld) {
  const { durationMs, intervalMs, maxConnections } = settings;
  const intervals: BloatInterval[] = [];
  const samples: number[][] = [];
  let current: number[] = [];
  let isOver = false;
  const probing = probeUntil(
    () => isOver,
    link,
    settings,
    world,
    (rttNs) => current.push(rttNs),
  );
  // A probe that fails ends the measurement at once; the error itself comes below.
  probing.catch(() => (isOver = true));
  const startMs = world.nowMs();
  let fromMs = 0;
  for (let connections = 1; !isOver;) {
    await world.sleep(intervalMs);
    const endMs = world.nowMs() - startMs;
    const bytesPerSecond = (filling.takeBytes() * 1_000) / (endMs - fromMs);
    const probes = { probes: current.length, rttNs: Math.round(trimmedMean(current)) };
    const interval = { startMs: fromMs, endMs, connections, bytesPerSecond, ...probes };
    intervals.push(interval);
    samples.push(current);
    world.onInterval(interval);
    current = [];
    fromMs = endMs;
    isOver ||= hasSettled(intervals) || endMs >= durationMs || world.stop.aborted || filling.failure !== undefined;
    if (connections < maxConnections) filling.grow(++connections);
  }
  await probing;
  if (filling.failure) throw fillingError(filling.failure);
  const counted = intervals.slice(-STABLE_INTERVALS);
  return {
    intervals,
    loadedNs: samples.slice(-STABLE_INTERVALS).flat(),
    isStable: hasSettled(intervals),
    bytesPerSecond: mean(counted.map((interval) => interval.bytesPerSecond)),
  };
}

const interrupted = (): InterruptedError => new InterruptedError("interrupted before the path was full");

/**
 * Measures the latency of a path that is idle, and then of the same path while it is full (the working conditions of
 * draft-ietf-ippm-responsiveness), on a connection that carries nothing else.
 * @throws RunFailedError when the probe connection or the load breaks
 * @throws InterruptedError when it was stopped before there was anything to tell
 */
export async function measureBloat(link: Link, settings: BloatSettings, world: BloatWorld): Promise<BloatMeasurements> {
  const idleNs: number[] = [];
  const startMs = world.nowMs();
  const isIdleOver = (): boolean => world.stop.aborted || world.nowMs() - startMs >= settings.idleMs;
  await probeUntil(isIdleOver, link, settings, world, (rttNs) => idleNs.push(rttNs));
  if (world.stop.aborted) throw interrupted();
  using filling = await world.fill();
  const loaded = await measureLoaded(filling, link, settings, world);
  if (loaded.loadedNs.length === 0) throw interrupted();
  return { idleNs, ...loaded, kernel: await filling.end() };
}
