import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { type CounterName, type ThreadCounters, totalOf } from "./thread-counters.ts";

/** What all threads counted between two reads. */
export interface Delta {
  readonly messages: number;
  readonly bytes: number;
  readonly uploaded: number;
  readonly failures: number;
  readonly retransmits: number;
  readonly kernelSamples: number;
  readonly kernelRttUs: number;
  readonly kernelCwnd: number;
  readonly rtt: LatencyHistogram;
}

/** Reads the threads' counters and returns what was added since the last read. */
export class CountersDelta {
  readonly #threads: readonly ThreadCounters[];
  readonly #last = new Map<CounterName, number>();
  #now = new LatencyHistogram();
  #before = new LatencyHistogram();
  readonly #recent = new LatencyHistogram();

  constructor(threads: readonly ThreadCounters[]) {
    this.#threads = threads;
  }

  /** The histogram in the returned delta is valid until the next call. */
  take(): Delta {
    this.#now.clear();
    for (const { rtt } of this.#threads) this.#now.add(rtt);
    this.#recent.become(this.#now, this.#before);
    [this.#now, this.#before] = [this.#before, this.#now];
    return {
      // Of the histogram, as the threads go on counting between two reads.
      messages: this.#recent.count,
      bytes: this.#added("bytesReceived"),
      uploaded: this.#added("bytesUploaded"),
      failures: this.#added("failures"),
      retransmits: this.#added("retransmits"),
      kernelSamples: this.#added("kernelSamples"),
      kernelRttUs: this.#added("kernelRttUs"),
      kernelCwnd: this.#added("kernelCwnd"),
      rtt: this.#recent,
    };
  }

  #added(name: CounterName): number {
    const now = totalOf(this.#threads, name);
    const added = now - (this.#last.get(name) ?? 0);
    this.#last.set(name, now);
    return added;
  }
}
