import { LatencyHistogram } from "../../lib/latency/histogram.ts";
import { type cell, type ThreadCounters, totalOf } from "./thread-counters.ts";

/** What all threads counted between two looks. */
export interface Delta {
  readonly messages: number;
  readonly bytes: number;
  readonly failures: number;
  readonly retransmits: number;
  readonly kernelLooks: number;
  readonly kernelRttUs: number;
  readonly kernelCwnd: number;
  readonly rtt: LatencyHistogram;
}

/** Reads the threads' counts and gives what was added since it read them last. */
export class CountersDelta {
  readonly #cells: readonly ThreadCounters[];
  readonly #last = new Map<keyof typeof cell, number>();
  #now = new LatencyHistogram();
  #before = new LatencyHistogram();
  readonly #recent = new LatencyHistogram();

  constructor(cells: readonly ThreadCounters[]) {
    this.#cells = cells;
  }

  /** What it gives is valid until it is asked again. */
  take(): Delta {
    this.#now.clear();
    for (const { rtt } of this.#cells) this.#now.add(rtt);
    this.#recent.become(this.#now, this.#before);
    [this.#now, this.#before] = [this.#before, this.#now];
    return {
      messages: this.#added("messages"),
      bytes: this.#added("bytesReceived"),
      failures: this.#added("failures"),
      retransmits: this.#added("retransmits"),
      kernelLooks: this.#added("kernelLooks"),
      kernelRttUs: this.#added("kernelRttUs"),
      kernelCwnd: this.#added("kernelCwnd"),
      rtt: this.#recent,
    };
  }

  #added(name: keyof typeof cell): number {
    const now = totalOf(this.#cells, name);
    const added = now - (this.#last.get(name) ?? 0);
    this.#last.set(name, now);
    return added;
  }
}
