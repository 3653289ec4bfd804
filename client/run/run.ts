import { InterruptedError } from "../../lib/errors.ts";
import { aborted } from "../../lib/process/signals.ts";
import { type BackgroundPriority, ThreadPlacement } from "../../lib/loop/thread-placement.ts";
import { eventLoopTimers, sleep, unlessStopped } from "../../lib/timers.ts";
import { type LoadMode, seesRetransmits } from "../../lib/result/load-modes.ts";
import type { Interval } from "../../lib/result/run-result.ts";
import { type Aborted, AbortWatch } from "./abort-watch.ts";
import type { Address } from "../transport/transport.ts";
import { IntervalSeries } from "../measure/intervals.ts";
import { readKernelClock } from "../../lib/posix/kernel-clock.ts";
import { LoadThread } from "./load-thread.ts";
import type { RunObserver, RunSetting } from "./observer.ts";
import type { LoadPlan } from "./plan.ts";
import { type ProcessUse, watchProcess } from "./process-watch.ts";
import type { ThreadEvent, ThreadPlan, ThreadReport } from "../load/protocol.ts";
import { rehearse } from "./rehearsal.ts";
import { unreachableError } from "../transport/target.ts";
import { awaitStart } from "./start.ts";
import { absoluteNowMs, wallLeadMs } from "./wall-clock.ts";
import type { ThreadCounters } from "../measure/thread-counters.ts";

/** What a run measured; `buildResult` turns it into a result. */
export interface Measurements extends RunSetting {
  /** when the window was to open by the wall clock, in us since 1970 */
  readonly openedAtUs: number;
  /** of the measured window; 0 if it never opened */
  readonly durationMs: number;
  readonly counters: readonly ThreadCounters[];
  readonly reports: readonly ThreadReport[];
  readonly intervals: readonly Interval[];
  readonly process: ProcessUse;
  /** how the other threads of the process gave way to the load threads */
  readonly background: BackgroundPriority;
  /** whether the user ended it */
  readonly isInterrupted: boolean;
  /** what ended it early by itself; null if nothing did */
  readonly aborted: Aborted | null;
}

/** After a stop, how long the threads may take to end their load. */
const STOP_ANSWER_MS = 600;

/** How long it is until an absolute time; negative when that has passed. */
const msUntil = (timeMs: number): number => timeMs - absoluteNowMs();

const interrupted = (): InterruptedError => new InterruptedError("interrupted before the load began");

/** Opens the first connection of the first thread to find the address that answers. */
async function findAddress(thread: LoadThread, addresses: readonly Address[], mode: LoadMode): Promise<Address> {
  thread.send({ kind: "probe", addresses });
  const { address, failed } = await thread.event("probed");
  if (address) return address;
  throw unreachableError(failed, mode);
}

/** The events of the threads; after a stop those of the threads that answer it soon. */
async function answersOf<K extends ThreadEvent["kind"]>(
  threads: readonly LoadThread[],
  kind: K,
  stop: AbortSignal,
): Promise<ReadonlyArray<Extract<ThreadEvent, { kind: K }>>> {
  const over = aborted(stop).then(() => sleep(STOP_ANSWER_MS));
  const answers = threads.map((thread) => Promise.race([thread.event(kind), over.then(() => undefined)]));
  return (await Promise.all(answers)).filter((answer) => answer !== undefined);
}

/**
 * Ends a row of the time series at every multiple of the interval, until `stop`; `end` ends the last one.
 * @param onTick is told of the rows before the last one too, after `onInterval`
 */
function watchIntervals(
  series: IntervalSeries,
  windowStartMs: number,
  intervalMs: number,
  onInterval: (row: Interval) => void,
  onTick: (row: Interval) => void,
): { stop: () => void; end: (endedAtMs: number) => readonly Interval[] } {
  const report = (row: Interval | undefined): void => {
    if (row) onInterval(row);
  };
  let cancel: (() => void) | undefined;
  const schedule = (boundary: number): void => {
    const tick = (): void => {
      const row = series.tick(absoluteNowMs() - windowStartMs);
      report(row);
      if (row) onTick(row);
      schedule(boundary + 1);
    };
    cancel = eventLoopTimers.after(msUntil(windowStartMs + boundary * intervalMs), tick);
  };
  schedule(1);
  return {
    stop: () => cancel?.(),
    end(endedAtMs) {
      report(series.finish(endedAtMs - windowStartMs));
      return series.rows;
    },
  };
}

/**
 * Puts load on the server and measures it.
 * @param stop ends the run with what was measured so far
 * @throws UnreachableError when no address can be connected to
 */
export async function runLoad(
  plan: LoadPlan,
  threadPlans: ReadonlyArray<Omit<ThreadPlan, "engine" | "counters">>,
  addresses: readonly Address[],
  stop: AbortSignal,
  observer: RunObserver,
): Promise<Measurements> {
  const threads: LoadThread[] = [];
  try {
    for (const each of threadPlans) {
      // Waits for each thread, as only a thread that has started can be ended.
      threads.push(await LoadThread.start(each, plan, observer.onFailure));
      if (stop.aborted) throw interrupted();
    }
    if (observer.ownsProcess) await unlessStopped(rehearse(plan, threads), stop);
    if (stop.aborted) throw interrupted();
    return await runThreads(plan, threads, addresses, stop, observer);
  } finally {
    for (const thread of threads) thread.terminate();
  }
}

async function runThreads(
  plan: LoadPlan,
  threads: readonly LoadThread[],
  addresses: readonly Address[],
  stop: AbortSignal,
  observer: RunObserver,
): Promise<Measurements> {
  const startedAt = new Date();
  const [first] = threads;
  if (!first) throw new Error("a run needs a thread");
  void aborted(stop).then(() => threads.forEach((thread) => thread.send({ kind: "stop" })));
  const address = await unlessStopped(findAddress(first, addresses, plan.mode), stop);
  if (!address) throw interrupted();
  for (const thread of threads) thread.send({ kind: "open", address });
  await Promise.race([Promise.all(threads.map((thread) => thread.event("opened"))), aborted(stop)]);

  const { openLoop } = plan;
  const hasGap = openLoop?.kind === "constant" && openLoop.stages === undefined;
  const gapMs = hasGap ? 1_000 / openLoop.messagesPerSecond : 0;
  const clocks = { absoluteMs: absoluteNowMs, wallLeadMs: () => wallLeadMs() };
  const clock = readKernelClock() ?? null;
  const start = await awaitStart(plan.start, plan.connections, gapMs, clocks, stop, (wait) => observer.onWait(wait));
  const loadStart = start.atMs;
  const windowStart = loadStart + plan.rampMs + plan.warmupMs;
  const windowEnd = windowStart + (plan.durationMs ?? Number.POSITIVE_INFINITY);
  const counters = threads.map((thread) => thread.counters);
  const ids = threads.map(({ id }) => id).filter((id) => id !== undefined);
  const watched = watchProcess(msUntil(windowStart), ids);
  const { ownsProcess } = observer;
  using placement = new ThreadPlacement({ workers: ids, cpus: plan.cpus, ownsProcess, lowersOthers: ownsProcess });
  const setting = { startedAt, address, clock };
  const openedAtUs = Math.round((windowStart + start.wallLeadMs) * 1_000);
  const progress = { counters, windowStartMs: windowStart, openedAtUs, processSoFar: watched.soFar };
  const kind = {
    hasWays: plan.mode === "both",
    seesRetransmits: seesRetransmits({ mode: plan.mode, hasTcp: address.family !== "unix" }),
  };
  const series = new IntervalSeries(counters, windowEnd - windowStart, kind);
  const abort = new AbortController();
  const over = AbortSignal.any([stop, abort.signal]);
  void aborted(abort.signal).then(() => threads.forEach((thread) => thread.send({ kind: "stop" })));
  const watch = new AbortWatch(plan.abortOn, plan.intervalMs);
  const endIfFulfilled = (row: Interval): void => {
    if (!stop.aborted && watch.see(row)) abort.abort();
  };
  const showRow = (row: Interval): void => observer.onInterval(row);
  const intervals = watchIntervals(series, windowStart, plan.intervalMs, showRow, endIfFulfilled);
  using _progress = observer.onStart({ ...setting, ...progress });
  for (const thread of threads) thread.send({ kind: "start", loadStart, windowStart, windowEnd });
  const finished = answersOf(threads, "finished", over);
  const ended = await Promise.race([answersOf(threads, "ended", over), finished.then(() => [])]);
  // What still comes belongs to the last row, however long the connections take to close.
  intervals.stop();
  const used = watched.end();
  const reports = (await finished).map(({ report }) => report);
  const endedAtMs = Math.max(windowStart, ...ended.map(({ atMs }) => atMs));
  return {
    ...setting,
    openedAtUs,
    durationMs: endedAtMs - windowStart,
    counters,
    reports,
    intervals: intervals.end(endedAtMs),
    process: used,
    background: placement.priority,
    isInterrupted: stop.aborted,
    aborted: watch.aborted,
  };
}
