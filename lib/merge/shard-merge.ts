import { messageOf } from "../errors.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import { summarizeLatency } from "../latency/latency-summary.ts";
import { type DecodedResult, decodedResultSchema } from "../result/decoded-result.ts";
import type { RunFigures, RunResult } from "../result/run-result.ts";
import { describeFault } from "../result/result-fault.ts";
import { mergeWays } from "../result/sender-summary.ts";
import { judge, parseThreshold, type Threshold } from "../result/thresholds.ts";
import { verdictOf } from "../result/verdict.ts";
import { Belonging, ForeignPartError, type ShardResult, whyNoShard } from "./belonging.ts";
import { commonWindowOf, ratesWithin } from "./common-window.ts";
import { checkFigures } from "./check-figures.ts";
import {
  checkHistograms,
  commonEntries,
  mergeCpu,
  mergeErrors,
  mergeFastOpen,
  mergeHarness,
  mergeHistograms,
  mergeJitter,
  mergeOutages,
  mergeSizes,
  mergeTcpInfo,
  mergeTotals,
} from "./merge-figures.ts";
import { warningsOf } from "./merge-warnings.ts";
import { countsOf, describeMerge, type Part, toTimed } from "./parts.ts";
import { RowSums } from "./row-sums.ts";

/** A row of the time series of a run that names no interval. */
const STANDARD_INTERVAL_MS = 1_000;

/** What a merge tolerates, and what it judges. */
export interface MergeSettings {
  /** shards that may be missing or cut short */
  readonly allowedMissing: number;
  /** how far apart windows may open */
  readonly skewMs: number;
  /** besides those that the shards were given */
  readonly thresholds: readonly Threshold[];
}

/** @throws Error when it is none */
function readThreshold(expression: unknown): Threshold {
  try {
    const threshold = parseThreshold(String(expression));
    if (threshold) return threshold;
    throw new Error("expected a threshold");
  } catch (error) {
    throw new Error(`options.expect ${JSON.stringify(expression)}: ${messageOf(error)}`, { cause: error });
  }
}

/** The thresholds that a shard was given, for the whole to be judged by. @throws Error when they are none */
function thresholdsOf({ options }: RunResult): Threshold[] {
  const expect: unknown = options["expect"] ?? [];
  if (!Array.isArray(expect)) throw new Error(`options.expect: expected a list, found ${JSON.stringify(expect)}`);
  return expect.map(readThreshold);
}

/** The options of the whole: those that all shards have in common, as the others are of a shard or a machine. */
function optionsOf(results: readonly RunResult[]): RunResult["options"] {
  const { shard: _, startLate: __, ...options } = commonEntries(results.map((result) => result.options));
  return options;
}

/** Makes one result of the results of the shards of a run. They are added one by one, so that only sums stay in memory. */
export class ShardMerge {
  readonly #belonging = new Belonging();
  readonly #parts: Part[] = [];
  #rows: RowSums | undefined;

  /** How many results were added. */
  get size(): number {
    return this.#parts.length;
  }

  /**
   * Adds a result.
   * @throws ForeignPartError when it is of another run, or of a shard that was added already
   * @throws Error when it is no result of a shard; then the others can still be merged
   */
  add({ source, result }: ShardResult): void {
    const { shard, window, intervals } = result;
    const reason = whyNoShard(result);
    if (!shard || window.openedAt === null || reason !== undefined) throw new Error(reason);
    checkHistograms(result);
    checkFigures(result);
    thresholdsOf(result);
    this.#belonging.check({ source, result }, shard);
    const interval: unknown = result.options["interval"];
    const sums = this.#rows ?? new RowSums(typeof interval === "number" ? interval : STANDARD_INTERVAL_MS);
    sums.add(intervals, window.openedAt / 1_000);
    this.#rows = sums;
    const rows = countsOf(result);
    this.#belonging.admit({ source, result }, shard);
    this.#parts.push({
      ...{ source, index: shard.index, openedUs: window.openedAt, rows, result: { ...result, intervals: [] } },
    });
  }

  /** The merged result. @throws ForeignPartError when the results do not add up to one, as those of no client */
  finish({ allowedMissing, skewMs, thresholds }: MergeSettings): DecodedResult {
    const parts = this.#parts.toSorted((one, other) => one.index - other.index);
    const [first] = parts;
    if (!first || !this.#rows) throw new Error("a merge needs a result");
    const results = parts.map(({ result }) => result);
    const timed = parts.map(toTimed);
    const window = commonWindowOf(timed);
    const merged = describeMerge(parts, window, allowedMissing);
    const openedUs = Math.min(...parts.map((part) => part.openedUs));
    const figures = figuresOf(results, ratesWithin(timed, window), {
      ...{ durationMs: window.endMs - window.startMs, warmupMs: first.result.window.warmupMs, openedAt: openedUs },
    });
    const whole = { ...figures.whole, intervals: this.#rows.toRows(openedUs / 1_000) };
    const kept = new Map(results.flatMap(thresholdsOf).map((threshold) => [threshold.expression, threshold]));
    const expectations = [...kept.values(), ...thresholds].map((threshold) => judge(threshold, whole));
    const result = {
      ...whole,
      ...{ merged, expectations, aborted: null, histograms: figures.histograms, server: first.result.server },
      warnings: warningsOf(merged, results, whole.totals.messages, skewMs),
      ...verdictOf({ ...whole, merged, expectations }, false),
    };
    const { data, error } = decodedResultSchema.safeParse(result);
    if (error) throw new ForeignPartError(`the results add up to no result: ${describeFault(error, result)}`);
    return data;
  }
}

/** What the shards measured together, but for its time series. */
function figuresOf(
  results: readonly RunResult[],
  { uploadedBytesPerSecond: up, ...rates }: ReturnType<typeof ratesWithin>,
  window: RunResult["window"],
): { readonly whole: Omit<RunFigures, "intervals">; readonly histograms: ReturnType<typeof mergeHistograms> } {
  const [first] = results as readonly [RunResult];
  const sums = mergeHistograms(results);
  const summaryOf = (name: keyof typeof sums) => {
    const sum = sums[name];
    return sum ? summarizeLatency(sum) : null;
  };
  const none = summarizeLatency(new LatencyHistogram());
  const totals = mergeTotals(results);
  const openedMs = ({ window: { openedAt } }: RunResult): number => ((openedAt ?? 0) - (window.openedAt ?? 0)) / 1_000;
  const whole = {
    ...{ schema: first.schema, tool: first.tool, environment: first.environment, seed: first.seed },
    startedAt: results.map(({ startedAt }) => startedAt).toSorted()[0] ?? first.startedAt,
    options: optionsOf(results),
    labels: commonEntries(results.map(({ labels }) => labels)),
    ...{ target: first.target, tls: first.tls, sockets: first.sockets, window, shard: null, clock: null, totals },
    throughput: {
      ...rates,
      connectionsPerSecond: first.throughput.connectionsPerSecond === null ? null : rates.connectionsPerSecond,
    },
    rttNs: { ...(summaryOf("rtt") ?? none), jitter: mergeJitter(results) },
    ...{ serviceNs: summaryOf("service"), windowWaitNs: summaryOf("windowWait"), sendLagNs: summaryOf("sendLag") },
    ...{ connectNs: summaryOf("connect") ?? none, lifeNs: summaryOf("life") },
    sizes: mergeSizes(results),
    outages: mergeOutages(results, openedMs),
    tcpInfo: mergeTcpInfo(results),
    ways: mergeWays(results, { upload: up, download: rates.bytesPerSecond - up }),
    fastOpen: mergeFastOpen(results),
    cpu: mergeCpu(results, totals.messages),
    errors: mergeErrors(results),
    harness: mergeHarness(results),
  };
  return { whole, histograms: sums };
}
