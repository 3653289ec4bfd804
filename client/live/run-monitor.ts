import { seesRetransmits } from "../../lib/result/load-modes.ts";
import { formatEndpoint, stripBrackets } from "../../lib/address/address.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { type Interval, hasRate, perSecond } from "../../lib/result/run-result.ts";
import { version } from "../../lib/version.ts";
import { type CounterName, totalOf } from "../measure/thread-counters.ts";
import type { ClientOptions } from "../options/options.ts";
import { describeLoad, loadOptionsOf } from "../report/load-options.ts";
import { noObserver, type RunObserver, type RunStart } from "../run/observer.ts";
import type { LoadPlan } from "../run/plan.ts";
import { resolvedOptions } from "../run/result.ts";
import type { LiveFailure, RunFigures, RunPoint } from "./live-message.ts";
import { phaseOf, progressOf } from "./progress.ts";

/** Rows that are kept: those of the last five minutes, if there is one a second. */
const REMEMBERED = 300;

const nowMs = (): number => performance.timeOrigin + performance.now();

/** A run that is about to begin or has begun. */
interface Known {
  readonly plan: LoadPlan;
  /** in a sentence */
  readonly load: string;
  readonly start?: RunStart;
}

/** Follows a run by what its observers are told, for all that show it while it goes on. */
export class RunMonitor {
  /** the newest last */
  readonly history: RunPoint[] = [];
  readonly #options: ClientOptions;
  readonly #now: () => number;
  readonly #failures: LiveFailure[] = [];
  readonly #listeners = new Set<(sample: RunPoint | undefined) => void>();
  #run: Known | undefined;
  #endedMs: number | undefined;
  #verdict: RunFigures["verdict"] = null;

  /** @param now ms since 1970 */
  constructor(options: ClientOptions, now: () => number = nowMs) {
    this.#options = options;
    this.#now = now;
  }

  /** Calls the listener after every change, with the row if it is a new one. @returns a function that removes it */
  onChange(listener: (sample: RunPoint | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What has to observe the run. */
  observe(plan: LoadPlan): RunObserver {
    const load = describeLoad(loadOptionsOf({ options: resolvedOptions(this.#options, plan) }));
    this.#run = { plan, load };
    return {
      ...noObserver,
      onStart: (start) => this.#begin({ plan, load, start }),
      onInterval: (row) => this.#add(row),
      onFailure: ({ connection, message }) => void this.#failures.push({ timeMs: this.#now(), connection, message }),
    };
  }

  #begin(run: Known): Disposable {
    this.#run = run;
    this.#tell(undefined);
    return {
      [Symbol.dispose]: () => {
        this.#endedMs = this.#now();
        this.#tell(undefined);
      },
    };
  }

  /** The result is there. */
  finish({ verdict, reason }: Pick<DecodedResult, "verdict" | "reason">): void {
    this.#verdict = { kind: verdict, reason };
    this.#tell(undefined);
  }

  #add(row: Interval): void {
    if (!hasRate(row)) return;
    const { rttNs, messages, bytes, endMs } = row;
    const latency = (ns: number): number | null => (messages > 0 ? ns : null);
    const point = {
      timeMs: (this.#run?.start?.windowStartMs ?? 0) + endMs,
      messagesPerSecond: perSecond(messages, row),
      bytesPerSecond: perSecond(bytes, row),
      ...{ p50Ns: latency(rttNs.p50), p99Ns: latency(rttNs.p99), maxNs: latency(rttNs.max) },
      openConnections: this.#total("open"),
    };
    this.history.push(point);
    if (this.history.length > REMEMBERED) this.history.shift();
    this.#tell(point);
  }

  #tell(sample: RunPoint | undefined): void {
    for (const listener of this.#listeners) listener(sample);
  }

  #total(name: CounterName): number {
    return totalOf(this.#run?.start?.counters ?? [], name);
  }

  /** Since the window opened. */
  get #elapsedMs(): number | undefined {
    const start = this.#run?.start;
    if (!start) return undefined;
    const durationMs = this.#run?.plan.durationMs ?? Number.POSITIVE_INFINITY;
    return Math.min((this.#endedMs ?? this.#now()) - start.windowStartMs, durationMs);
  }

  /** Which run it is, as its metrics say it. */
  get identity() {
    const { host, port, mode, unix } = this.#options;
    return { host: unix ?? host, port: unix === undefined ? port : 0, mode, version };
  }

  /** of `--label` */
  get labels(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#options.label);
  }

  figures(): RunFigures {
    const { host, port, unix, conns, mode } = this.#options;
    const { plan, start, load = null } = this.#run ?? {};
    const elapsedMs = this.#elapsedMs;
    const [messages, bytesReceived] = [this.#total("messages"), this.#total("bytesReceived")];
    const limits = { durationMs: plan?.durationMs, messages: plan?.messages, bytes: plan?.bytes };
    const isOver = this.#endedMs !== undefined;
    const { share, leftMs } = progressOf({ elapsedMs, messages, bytes: bytesReceived }, limits);
    return {
      version,
      target: unix ?? formatEndpoint(stripBrackets(host), port),
      load,
      startedAt: start?.startedAt.toISOString() ?? null,
      phase: phaseOf(elapsedMs, share, isOver, plan ? plan.rampMs + plan.warmupMs : 0),
      verdict: this.#verdict,
      elapsedMs: elapsedMs ?? null,
      durationMs: plan?.durationMs ?? null,
      leftMs: isOver ? 0 : (leftMs ?? null),
      share,
      connections: {
        wanted: conns,
        open: isOver ? 0 : this.#total("open"),
        established: this.#total("connected"),
      },
      ...{ messages, bytesReceived, bytesSent: this.#total("bytesSent") },
      errors: this.#total("failures"),
      retransmits: seesRetransmits({ mode, hasTcp: unix === undefined }) ? this.#total("retransmits") : null,
      failures: this.#failures,
    };
  }
}
