import { HISTOGRAM_CELLS, LatencyHistogram } from "../../lib/latency/histogram.ts";

/** Where each count of a load thread lies in the memory it shares with the main thread. */
export const cell = {
  connected: 0,
  messages: 1,
  bytesSent: 2,
  bytesReceived: 3,
  failures: 4,
  /** of those connections that the kernel was asked about so far */
  retransmits: 5,
  /** looks at one connection each, and the sums of what the kernel said then */
  kernelLooks: 6,
  kernelRttUs: 7,
  kernelCwnd: 8,
} as const;

const COUNTERS = 16;

/** The latencies of a load thread, in the order in which they lie in its memory. */
const latencies = ["rtt", "connect", "service", "sendLag", "life"] as const;

/** One of them: round trip, connect, service time and send lag of an open loop, whole life of a connection. */
export type LatencyName = (typeof latencies)[number];

/** The counts of one load thread: written by it alone, read by the main thread whenever it likes. */
export interface ThreadCounters extends Readonly<Record<LatencyName, LatencyHistogram>> {
  readonly memory: SharedArrayBuffer;
  readonly counters: Float64Array;
  /** round trips by class of message size */
  readonly sizes: readonly LatencyHistogram[];
}

/** Memory for the counts of a thread, all 0. @param sizeClasses classes of message size that are reported apart */
export const threadMemory = (sizeClasses: number): SharedArrayBuffer =>
  new SharedArrayBuffer(
    (COUNTERS + (latencies.length + sizeClasses) * HISTOGRAM_CELLS) * Float64Array.BYTES_PER_ELEMENT,
  );

/** Views of a thread's memory. */
export function openThreadCounters(memory: SharedArrayBuffer = threadMemory(0)): ThreadCounters {
  const all = new Float64Array(memory);
  const histograms: LatencyHistogram[] = [];
  for (let from = COUNTERS; from < all.length; from += HISTOGRAM_CELLS) {
    histograms.push(new LatencyHistogram(all.subarray(from, from + HISTOGRAM_CELLS)));
  }
  const named = Object.fromEntries(latencies.map((name, i) => [name, histograms[i]]));
  return {
    memory,
    counters: all.subarray(0, COUNTERS),
    // The memory holds one histogram for each name.
    ...(named as Record<LatencyName, LatencyHistogram>),
    sizes: histograms.slice(latencies.length),
  };
}

/** One count, of all threads together. */
export const totalOf = (cells: readonly ThreadCounters[], name: keyof typeof cell): number =>
  cells.reduce((total, { counters }) => total + (counters[cell[name]] ?? 0), 0);

/** One histogram, of all threads together. */
export function mergeLatency(cells: readonly ThreadCounters[], name: LatencyName): LatencyHistogram {
  return mergeHistograms(cells.map((each) => each[name]));
}

/** The round trips of one class of message size, of all threads together. */
export const mergeSizeClass = (cells: readonly ThreadCounters[], ordinal: number): LatencyHistogram =>
  mergeHistograms(cells.flatMap(({ sizes }) => sizes.slice(ordinal, ordinal + 1)));

function mergeHistograms(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const merged = new LatencyHistogram();
  for (const each of histograms) merged.add(each);
  return merged;
}
