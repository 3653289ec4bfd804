import { encodeLatency } from "../latency/hdr-encoding.ts";
import { LatencyHistogram } from "../latency/histogram.ts";
import { type LatencySummary, summarizeLatency } from "../latency/latency-summary.ts";
import { decodeHistogram } from "../result/decoded-result.ts";
import { KEPT_OUTAGES, type RunResult } from "../result/run-result.ts";
import { addEncoded } from "./latency-sum.ts";

/** Errors that a merged result keeps in full. */
const KEPT_FAILURES = 10;

const tenths = (value: number): number => Math.round(value * 10) / 10;

export const sumOf = <T>(items: readonly T[], read: (item: T) => number): number =>
  items.reduce((total, item) => total + read(item), 0);

/** The mean of values that each stand for so many; 0 when they stand for nothing. */
function meanOf<T>(items: readonly T[], value: (item: T) => number, weight: (item: T) => number): number {
  const total = sumOf(items, weight);
  return total === 0 ? 0 : sumOf(items, (item) => value(item) * weight(item)) / total;
}

/** The entries that all records have, with the same value. */
export function commonEntries<T>(records: ReadonlyArray<Readonly<Record<string, T>>>): Record<string, T> {
  const [first = {}, ...others] = records;
  const isCommon = ([key, value]: readonly [string, T]): boolean =>
    others.every((other) => JSON.stringify(other[key]) === JSON.stringify(value));
  return Object.fromEntries(Object.entries(first).filter(isCommon));
}

export function mergeErrors(results: readonly RunResult[]): RunResult["errors"] {
  // A map, as a result may name a kind as something that every object has.
  const byKind = new Map<string, number>();
  for (const { errors } of results) {
    for (const [kind, count] of Object.entries(errors.byKind)) byKind.set(kind, (byKind.get(kind) ?? 0) + count);
  }
  // The first error of each shard comes before the second of any, so that no shard hides the others.
  const first = results
    .flatMap(({ shard, errors }) =>
      errors.first.map((failure, i) => ({ i, failure: { ...failure, shard: shard?.index } })),
    )
    .toSorted((one, other) => one.i - other.i)
    .map(({ failure }) => failure);
  return {
    total: sumOf(results, ({ errors }) => errors.total),
    byKind: Object.fromEntries(byKind),
    first: first.slice(0, KEPT_FAILURES),
  };
}

/** @param openedMs when a result's window opened, after that of the first */
export const mergeOutages = (
  results: readonly RunResult[],
  openedMs: (result: RunResult) => number,
): RunResult["outages"] =>
  results
    .flatMap((result) => result.outages.map((outage) => ({ ...outage, startMs: outage.startMs + openedMs(result) })))
    .toSorted((one, other) => one.startMs - other.startMs)
    .slice(0, KEPT_OUTAGES);

export function mergeFastOpen(results: readonly RunResult[]): RunResult["fastOpen"] {
  const counts = results.flatMap(({ fastOpen }) => (fastOpen ? [fastOpen] : []));
  if (counts.length === 0) return null;
  return {
    connections: sumOf(counts, ({ connections }) => connections),
    synData: sumOf(counts, ({ synData }) => synData),
  };
}

type TcpInfo = NonNullable<RunResult["tcpInfo"]>;

/** Means are weighted by what they are over: samples for those over the window, connections for those at its end. */
export function mergeTcpInfo(results: readonly RunResult[]): RunResult["tcpInfo"] {
  const infos = results.flatMap(({ tcpInfo }) => (tcpInfo ? [tcpInfo] : []));
  if (infos.length === 0) return null;
  const sum = (read: (info: TcpInfo) => number): number => sumOf(infos, read);
  const overWindow = (read: (info: TcpInfo) => number): number => tenths(meanOf(infos, read, ({ samples }) => samples));
  const atEnd = (read: (info: TcpInfo) => number): number =>
    tenths(meanOf(infos, read, ({ connections }) => connections));
  return {
    connections: sum(({ connections }) => connections),
    samples: sum(({ samples }) => samples),
    rttUs: overWindow(({ rttUs }) => rttUs),
    cwnd: overWindow(({ cwnd }) => cwnd),
    minRttUs: Math.min(...infos.map(({ minRttUs }) => minRttUs)),
    retransmits: sum(({ retransmits }) => retransmits),
    sndMss: atEnd(({ sndMss }) => sndMss),
    deliveryRateBps: sum(({ deliveryRateBps }) => deliveryRateBps),
    busyMs: sum(({ busyMs }) => busyMs),
    rwndLimitedMs: sum(({ rwndLimitedMs }) => rwndLimitedMs),
    sndbufLimitedMs: sum(({ sndbufLimitedMs }) => sndbufLimitedMs),
    sndbufBytes: atEnd(({ sndbufBytes }) => sndbufBytes),
    rcvbufBytes: atEnd(({ rcvbufBytes }) => rcvbufBytes),
    ecnConnections: sumIfKnown(infos, ({ ecnConnections }) => ecnConnections),
    ecnSeenConnections: sumIfKnown(infos, ({ ecnSeenConnections }) => ecnSeenConnections),
    advice: infos.find(({ advice }) => advice !== null)?.advice ?? null,
  };
}

/** Jitter is a mean of connections, so it is weighted by them. */
export const mergeJitter = (results: readonly RunResult[]): number =>
  Math.round(
    meanOf(
      results,
      ({ rttNs }) => rttNs.jitter,
      ({ totals }) => totals.connections,
    ),
  );

export function mergeCpu(results: readonly RunResult[], messages: number): RunResult["cpu"] {
  const userMs = sumOf(results, ({ cpu }) => cpu.userMs);
  const systemMs = sumOf(results, ({ cpu }) => cpu.systemMs);
  return { userMs, systemMs, perMessageUs: messages > 0 ? ((userMs + systemMs) * 1_000) / messages : 0 };
}

/** A sum, or null where a part does not know its own. */
function sumIfKnown<T>(items: readonly T[], read: (item: T) => number | null): number | null {
  return items.every((item) => read(item) !== null) ? sumOf(items, (item) => read(item) ?? 0) : null;
}

/** What the clients measured of themselves; those that were killed could not say it. */
export function mergeHarness(results: readonly RunResult[]): RunResult["harness"] {
  const known = results.flatMap(({ harness }) => (harness ? [harness] : []));
  const [first, ...others] = known;
  if (!first) return null;
  const isSame = others.every(({ backgroundThreads }) => backgroundThreads === first.backgroundThreads);
  return {
    pauses: sumOf(known, ({ pauses }) => pauses),
    pausedMs: sumOf(known, ({ pausedMs }) => pausedMs),
    longestPauseMs: Math.max(...known.map(({ longestPauseMs }) => longestPauseMs)),
    collections: sumOf(known, ({ collections }) => collections),
    runQueueMs: sumIfKnown(known, ({ runQueueMs }) => runQueueMs),
    involuntarySwitches: sumIfKnown(known, ({ involuntarySwitches }) => involuntarySwitches),
    // Numbers of one machine mean nothing beside those of another.
    processors: null,
    backgroundThreads: isSame ? first.backgroundThreads : "unchanged",
  };
}

export const mergeTotals = (results: readonly RunResult[]): RunResult["totals"] => ({
  connections: sumOf(results, ({ totals }) => totals.connections),
  messages: sumOf(results, ({ totals }) => totals.messages),
  bytesSent: sumOf(results, ({ totals }) => totals.bytesSent),
  bytesReceived: sumOf(results, ({ totals }) => totals.bytesReceived),
});

/** The latencies of a result: the name of the histogram of each, and its summary. */
const latencies = {
  rtt: ({ rttNs }: RunResult) => rttNs,
  connect: ({ connectNs }: RunResult) => connectNs,
  service: ({ serviceNs }: RunResult) => serviceNs,
  windowWait: ({ windowWaitNs }: RunResult) => windowWaitNs,
  sendLag: ({ sendLagNs }: RunResult) => sendLagNs,
  life: ({ lifeNs }: RunResult) => lifeNs,
} as const satisfies Record<string, (result: RunResult) => LatencySummary | null>;

export type LatencyName = keyof typeof latencies;

/** Adds up the histograms of one latency; undefined where no result has it. @throws Error when one is none */
function sumLatency(results: readonly RunResult[], name: LatencyName): LatencyHistogram | undefined {
  const found = results.flatMap((result) => {
    const [encoded, summary] = [result.histograms[name], latencies[name](result)];
    return encoded !== undefined && summary ? [{ encoded, summary }] : [];
  });
  if (found.length === 0) return undefined;
  const sum = new LatencyHistogram();
  for (const { encoded, summary } of found) addEncoded(sum, encoded, summary);
  return sum;
}

/** @throws Error when a histogram of a result, without those of its rows, is none */
export function checkHistograms({ histograms, sizes }: RunResult): void {
  const named = [
    ...Object.entries(histograms).map(([name, encoded]) => [`histograms.${name}`, encoded] as const),
    ...sizes.map(({ histogram }, i) => [`sizes.${i}.histogram`, histogram] as const),
  ];
  for (const [place, encoded] of named) if (encoded !== null) decodeHistogram(place, encoded);
}

/** The histograms of all latencies that results have. */
export const mergeHistograms = (results: readonly RunResult[]): Partial<Record<LatencyName, LatencyHistogram>> =>
  Object.fromEntries(
    Object.keys(latencies).flatMap((name) => {
      const sum = sumLatency(results, name as LatencyName);
      return sum ? [[name, sum]] : [];
    }),
  );

/** Round trips by message size, which are the same for all shards of a load. */
export function mergeSizes(results: readonly RunResult[]): RunResult["sizes"] {
  const [first] = results;
  return (first?.sizes ?? []).map(({ minBytes, maxBytes }, i) => {
    const sum = new LatencyHistogram();
    for (const { sizes } of results) {
      const { histogram, rttNs } = sizes[i] ?? {};
      if (histogram && rttNs) addEncoded(sum, histogram, rttNs);
    }
    const rttNs = summarizeLatency(sum);
    const histogram = rttNs.count > 0 ? encodeLatency(sum) : null;
    return { minBytes, maxBytes, messages: rttNs.count, rttNs, histogram };
  });
}
