import { readFileSync } from "node:fs";
import { childrenOf, descriptorsOf, residentBytes } from "../fixtures/process-stats.ts";
import { afterWarmUp, type Point, slopeOf, type Slope } from "./slope.ts";

/** What was seen of a process over time. */
interface Series {
  readonly label: string;
  /** of a process like this one before any load */
  readonly idleDescriptors: number;
  readonly rss: Point[];
  readonly pss: Point[];
  readonly descriptors: Point[];
  readonly threads: Point[];
}

/** How a process developed; without values where it did not live long enough. */
export interface Development {
  readonly process: string;
  /** whether it was there at the last look */
  readonly isAlive: boolean;
  readonly samples: number;
  /** of resident memory, in bytes */
  readonly rss: Slope | null;
  /** of memory in proportion to how many processes share it, in bytes */
  readonly pss: Slope | null;
  readonly rssFirstBytes: number;
  readonly rssLastBytes: number;
  readonly rssMaxBytes: number;
  readonly descriptorsFirst: number;
  readonly descriptorsLast: number;
  readonly threadsFirst: number;
  readonly threadsLast: number;
}

const PSS_EVERY = 10;

/** The part of the memory that a process shares with others, in bytes. */
function proportionalBytes(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
  return Number(kib) * 1_024;
}

const threadsOf = (pid: number): number =>
  Number(/^Threads:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

/** Looks at processes and their children once a second. */
export class Sampler {
  readonly #series = new Map<number, Series>();
  /** by the label of the server: what its first workers had before any load */
  readonly #idle = new Map<string, number>();
  #looks = 0;
  #lastMs = 0;

  look(roots: ReadonlyMap<string, number>, ms: number): void {
    this.#looks++;
    this.#lastMs = ms;
    for (const [label, pid] of roots) {
      this.#sample(label, label, pid, ms);
      try {
        for (const child of childrenOf(pid)) this.#sample(`${label} worker ${child}`, `${label} worker`, child, ms);
      } catch {
        // It has ended, which others report.
      }
    }
  }

  #sample(label: string, kind: string, pid: number, ms: number): void {
    try {
      const series = this.#series.get(pid) ?? this.#begin(label, kind, pid);
      series.rss.push({ ms, value: residentBytes(pid) });
      series.descriptors.push({ ms, value: descriptorsOf(pid) });
      series.threads.push({ ms, value: threadsOf(pid) });
      if (this.#looks % PSS_EVERY === 0) series.pss.push({ ms, value: proportionalBytes(pid) });
      this.#series.set(pid, series);
    } catch {
      // It has ended between the list and the look.
    }
  }

  /** A worker that replaces another may be seen while it starts, so what its predecessor had is compared with. */
  #begin(label: string, kind: string, pid: number): Series {
    const idleDescriptors = this.#idle.get(kind) ?? descriptorsOf(pid);
    this.#idle.set(kind, idleDescriptors);
    return { label, idleDescriptors, rss: [], pss: [], descriptors: [], threads: [] };
  }

  developments(): Development[] {
    return [...this.#series.values()].map(({ label, idleDescriptors, rss, pss, descriptors, threads }) => ({
      process: label,
      isAlive: rss.at(-1)?.ms === this.#lastMs,
      samples: rss.length,
      rss: slopeOf(afterWarmUp(rss)) ?? null,
      pss: slopeOf(afterWarmUp(pss)) ?? null,
      rssFirstBytes: rss[0]?.value ?? 0,
      rssLastBytes: rss.at(-1)?.value ?? 0,
      rssMaxBytes: rss.reduce((max, { value }) => Math.max(max, value), 0),
      descriptorsFirst: idleDescriptors,
      descriptorsLast: descriptors.at(-1)?.value ?? 0,
      threadsFirst: threads[0]?.value ?? 0,
      threadsLast: threads.at(-1)?.value ?? 0,
    }));
  }
}
