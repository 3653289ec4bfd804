import { HISTOGRAM_CELLS, LatencyHistogram } from "../../lib/latency/histogram.ts";

/** Index of each counter in the memory that a load thread shares with the main thread. */
export const counterIndex = {
  connected: 0,
  messages: 1,
  bytesSent: 2,
  bytesReceived: 3,
  failures: 4,
  /** of the connections that the kernel was asked about so far */
  retransmits: 5,
  /** TCP_INFO samples, one connection each, and the sums of what they said */
  kernelSamples: 6,
  kernelRttUs: 7,
  kernelCwnd: 8,
  /** messages of an open loop that were due before there was room for them */
  delayed: 9,
  /** connections that are established now; brought up to date some times a second */
  open: 10,
  /** those of `bytesReceived` that the server received */
  bytesUploaded: 11,
} as const;

/** The name of a counter. */
export type CounterName = keyof typeof counterIndex;

const COUNTERS = 16;

/** The latency histograms of a load thread, in the order of its memory. */
const latencies = ["rtt", "connect", "service", "windowWait", "sendLag", "life"] as const;

/** Round trip, connect, service time, window wait and send lag of an open loop, lifetime of a connection. */
export type LatencyName = (typeof latencies)[number];

/** The counters of one load thread. Only that thread writes them; the main thread may read them at any time. */
export interface ThreadCounters extends Readonly<Record<LatencyName, LatencyHistogram>> {
  readonly memory: SharedArrayBuffer;
  /** by `counterIndex` */
  readonly values: Float64Array;
  /** round trips by class of message size */
  readonly sizes: readonly LatencyHistogram[];
}

/** Memory for the counters of a thread, all 0. @param sizeClasses classes of message size that are reported apart */
export const threadMemory = (sizeClasses: number): SharedArrayBuffer =>
  new SharedArrayBuffer(
    (COUNTERS + (latencies.length + sizeClasses) * HISTOGRAM_CELLS) * Float64Array.BYTES_PER_ELEMENT,
  );

/** Creates views of a thread's memory. */
export function openThreadCounters(memory: SharedArrayBuffer = threadMemory(0)): ThreadCounters {
  const all = new Float64Array(memory);
  const histograms: LatencyHistogram[] = [];
  for (let from = COUNTERS; from < all.length; from += HISTOGRAM_CELLS) {
    histograms.push(new LatencyHistogram(all.subarray(from, from + HISTOGRAM_CELLS)));
  }
  const named = Object.fromEntries(latencies.map((name, i) => [name, histograms[i]]));
  return {
    memory,
    values: all.subarray(0, COUNTERS),
    // The memory holds one histogram for each name.
    ...(named as Record<LatencyName, LatencyHistogram>),
    sizes: histograms.slice(latencies.length),
  };
}

/** The sum of one counter over all threads. */
export const totalOf = (threads: readonly ThreadCounters[], name: CounterName): number =>
  threads.reduce((total, { values }) => total + (values[counterIndex[name]] ?? 0), 0);

/** One histogram over all threads. */
export function mergeLatency(threads: readonly ThreadCounters[], name: LatencyName): LatencyHistogram {
  return mergeHistograms(threads.map((each) => each[name]));
}

/** The round trips of one class of message size over all threads. */
export const mergeSizeClass = (threads: readonly ThreadCounters[], ordinal: number): LatencyHistogram =>
  mergeHistograms(threads.flatMap(({ sizes }) => sizes.slice(ordinal, ordinal + 1)));

function mergeHistograms(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const merged = new LatencyHistogram();
  for (const each of histograms) merged.add(each);
  return merged;
}
