import { messages } from "../../lib/cli/command.ts";
import { rewriteFile } from "../../lib/files/write-file.ts";
import { reasonOf } from "../../lib/process/output.ts";
import { encodeResult } from "../../lib/result/decoded-result.ts";
import { describeTool } from "../../lib/result/environment.ts";
import type { Interval } from "../../lib/result/run-result.ts";
import { toJson } from "../../lib/text/harmless.ts";
import { eventLoopTimers } from "../../lib/timers.ts";
import type { Failure } from "../failure/failure.ts";
import { noEcn, type ThreadReport } from "../load/protocol.ts";
import { totalOf } from "../measure/thread-counters.ts";
import type { ClientOptions } from "../options/options.ts";
import type { LoadPlan } from "../run/plan.ts";
import { buildResult } from "../run/result.ts";
import { noObserver, type RunObserver, type RunStart } from "../run/observer.ts";
import { absoluteNowMs } from "../run/wall-clock.ts";

/**
 * How long after a checkpoint the next one comes, as multiples of the time that it took: so the main thread is seldom busy
 * with them. Within five seconds the smaller one will do, since a client may be killed.
 */
const SELDOM = 200;
const AT_LEAST = 50;
const SOON_MS = 5_000;

/** @param tookMs of the last checkpoint */
const pauseMs = (tookMs: number): number => Math.min(tookMs * SELDOM, Math.max(tookMs * AT_LEAST, SOON_MS));

/** The failures so far: those that were told, and how many more there were. */
function reportOf(told: readonly Failure[], total: number): ThreadReport {
  const failuresByKind: Partial<Record<Failure["kind"], number>> = {};
  for (const { kind } of told) failuresByKind[kind] = (failuresByKind[kind] ?? 0) + 1;
  // Only the first are told as they happen; what follows is nearly always more of the last.
  const last = told.at(-1)?.kind;
  if (last !== undefined) failuresByKind[last] = (failuresByKind[last] ?? 0) + total - told.length;
  return {
    ...{
      failuresByKind,
      failures: told,
      lost: 0,
      jittersNs: [],
      kernel: [],
      senders: { upload: [], download: [] },
      ecn: { upload: noEcn(), download: noEcn() },
      processor: -1,
      session: undefined,
      sockets: null,
      fastOpen: null,
    },
    ...{ cpuMs: 0, outages: [], pauses: { count: 0, totalNs: 0, longestNs: 0 }, collections: 0 },
  };
}

/** Writes what was measured so far to the file of --json, as the result of a run that was interrupted then. */
class Checkpoint implements RunObserver {
  readonly ownsProcess = true;
  readonly #options: ClientOptions;
  readonly #plan: LoadPlan;
  readonly #path: string;
  readonly #rows: Interval[] = [];
  readonly #failures: Failure[] = [];
  #start: RunStart | undefined;
  #nextMs = 0;

  constructor(options: ClientOptions, plan: LoadPlan, path: string) {
    this.#options = options;
    this.#plan = plan;
    this.#path = path;
  }

  /** While the load warms up, a first one is made and not written: the first one takes 100 ms, the others a few. */
  onStart(start: RunStart): Disposable {
    this.#start = start;
    const rehearse = (): void => {
      if (absoluteNowMs() < start.windowStartMs) this.#encode(start, 0);
    };
    return { [Symbol.dispose]: eventLoopTimers.after(0, rehearse) };
  }

  onWait(): void {}

  onFailure(failure: Failure): void {
    this.#failures.push(failure);
  }

  /** A row is complete. */
  onInterval(row: Interval): void {
    this.#rows.push(row);
    const startMs = performance.now();
    if (!this.#start || startMs < this.#nextMs) return;
    this.#nextMs = this.#write(this.#start, row.endMs) ? performance.now() : Number.POSITIVE_INFINITY;
    this.#nextMs += pauseMs(performance.now() - startMs);
  }

  #encode(start: RunStart, durationMs: number): string {
    const { counters, processSoFar } = start;
    const report = reportOf(this.#failures, totalOf(counters, "failures"));
    const result = buildResult(this.#options, this.#plan, {
      ...{ ...start, durationMs, reports: [report], intervals: this.#rows, process: processSoFar() },
      ...{ background: "unchanged", isInterrupted: true, aborted: null },
    });
    // What threads measure of themselves they tell at their end.
    return `${toJson(encodeResult({ ...result, harness: null }))}\n`;
  }

  /** @returns whether it makes sense to write again */
  #write(start: RunStart, durationMs: number): boolean {
    const text = this.#encode(start, durationMs);
    try {
      return rewriteFile(this.#path, text);
    } catch (error) {
      messages.warn(`--json "${this.#path}": cannot be written before the end: ${reasonOf(error)}`);
      return false;
    }
  }
}

/** Keeps the file of --json up to date while a run goes on; standard output has the result at its end only. */
export function checkpointFor(options: ClientOptions, plan: LoadPlan): RunObserver {
  if (!options.json || options.json === "-") return noObserver;
  // Read before the load starts, as asking git takes long.
  describeTool();
  return new Checkpoint(options, plan, options.json);
}
