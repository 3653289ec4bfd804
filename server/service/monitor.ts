import type { Counters } from "../telemetry/counters.ts";
import type { Observation } from "./observer.ts";
import { type Rates, ratesOf, type Sample, sampleBetween, type StatsReport } from "../telemetry/sample.ts";
import type { ListeningView } from "../transport/listen.ts";
import type { Service, WorkerView } from "./service.ts";
import { eventLoopTimers, repeat } from "../../lib/timers.ts";
import { version } from "../../lib/version.ts";

/** `stalled`: no worker serves. */
type ServerState = "serving" | "stalled" | "draining";

/** The content of `/stats.json`. */
export interface Overview extends Observation {
  readonly schema: "echobench.server/1";
  readonly version: string;
  readonly endpoint: string;
  readonly endpoints: readonly string[];
  /** where discard and chargen listen */
  readonly services: ListeningView["services"];
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly state: ServerState;
  readonly counters: Counters;
  readonly rates: Rates;
  readonly workers: readonly WorkerView[];
}

const SAMPLE_MS = 1_000;

/** Samples that are kept: those of the last five minutes. */
const REMEMBERED = 300;

/** Samples a server's counters every second and calls its listeners. */
export class Monitor implements Disposable {
  readonly history: Sample[] = [];
  readonly #service: Service;
  readonly #startedAt = new Date();
  readonly #startedMs = performance.now();
  readonly #listeners = new Set<() => void>();
  readonly #endSampling: () => void;
  #counters: Counters;
  #sampledAtMs = performance.now();
  #isDraining = false;

  constructor(service: Service) {
    this.#service = service;
    this.#counters = service.counters();
    this.history.push(sampleBetween(this.#counters, this.#counters, Date.now(), 1));
    this.#endSampling = repeat(eventLoopTimers, SAMPLE_MS, () => this.#sample());
  }

  /** Calls the listener after every sample. @returns a function that removes it */
  onSample(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The live figures. */
  get stats(): StatsReport {
    return { counters: this.#counters, sample: this.latest, history: this.history, uptimeMs: this.#uptimeMs };
  }

  /** Not by the clock of the day, which may be set. */
  get #uptimeMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }

  /** Whether it serves, and how many workers do. */
  health(): { state: ServerState; workers: number; serving: number } {
    const workers = this.#service.workers();
    const serving = workers.filter(({ isServing }) => isServing).length;
    const state = this.#isDraining ? "draining" : serving > 0 ? "serving" : "stalled";
    return { state, workers: workers.length, serving };
  }

  /** To be called when the server begins to shut down. */
  drain(): void {
    this.#isDraining = true;
    this.#sample();
  }

  get latest(): Sample {
    const latest = this.history.at(-1);
    if (!latest) throw new Error("the history has a sample from the start on");
    return latest;
  }

  overview(): Overview {
    const { endpoints, services } = this.#service.listener;
    return {
      schema: "echobench.server/1",
      version,
      endpoint: endpoints[0] ?? "",
      endpoints,
      services,
      startedAt: this.#startedAt.toISOString(),
      uptimeMs: this.#uptimeMs,
      state: this.health().state,
      counters: this.#service.counters(),
      rates: ratesOf(this.latest),
      workers: this.#service.workers(),
      ...this.#service.observe(),
    };
  }

  #sample(): void {
    const counters = this.#service.counters();
    const nowMs = performance.now();
    this.history.push(sampleBetween(this.#counters, counters, Date.now(), nowMs - this.#sampledAtMs));
    if (this.history.length > REMEMBERED) this.history.shift();
    this.#counters = counters;
    this.#sampledAtMs = nowMs;
    for (const listener of this.#listeners) listener();
  }

  [Symbol.dispose](): void {
    this.#endSampling();
  }
}
