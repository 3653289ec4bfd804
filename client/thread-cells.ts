import { HISTOGRAM_CELLS, LatencyHistogram } from "../lib/histogram.ts";

/** Where each count of a load thread lies in the memory it shares with the main thread. */
export const cell = {
  connected: 0,
  messages: 1,
  bytesSent: 2,
  bytesReceived: 3,
  failures: 4,
  /** of those connections that the kernel was asked about so far */
  retransmits: 5,
} as const;

const COUNTERS = 8;

/** The counts of one load thread: written by it alone, read by the main thread whenever it likes. */
export interface ThreadCells {
  readonly memory: SharedArrayBuffer;
  readonly counters: Float64Array;
  readonly rtt: LatencyHistogram;
  readonly connect: LatencyHistogram;
}

/** Views of a thread's memory; without one, new memory with all counts 0. */
export function openThreadCells(
  memory: SharedArrayBuffer = new SharedArrayBuffer((COUNTERS + 2 * HISTOGRAM_CELLS) * Float64Array.BYTES_PER_ELEMENT),
): ThreadCells {
  const all = new Float64Array(memory);
  const histogram = (ordinal: number): LatencyHistogram => {
    const from = COUNTERS + ordinal * HISTOGRAM_CELLS;
    return new LatencyHistogram(all.subarray(from, from + HISTOGRAM_CELLS));
  };
  return { memory, counters: all.subarray(0, COUNTERS), rtt: histogram(0), connect: histogram(1) };
}

/** One count, of all threads together. */
export const totalOf = (cells: readonly ThreadCells[], name: keyof typeof cell): number =>
  cells.reduce((total, { counters }) => total + (counters[cell[name]] ?? 0), 0);

/** One histogram, of all threads together. */
export function mergeLatency(cells: readonly ThreadCells[], name: "rtt" | "connect"): LatencyHistogram {
  const merged = new LatencyHistogram();
  for (const each of cells) merged.add(each[name]);
  return merged;
}
