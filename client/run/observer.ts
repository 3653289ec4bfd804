import type { KernelClock } from "../../lib/posix/kernel-clock.ts";
import type { Interval } from "../../lib/result/run-result.ts";
import type { Failure } from "../failure/failure.ts";
import type { ThreadCounters } from "../measure/thread-counters.ts";
import type { Address } from "../transport/transport.ts";
import type { ProcessUse } from "./process-watch.ts";
import type { Wait } from "./start.ts";

/** When a run began, and with which server. */
export interface RunSetting {
  readonly startedAt: Date;
  /** the address that answered */
  readonly address: Address;
  /** what the kernel knows of the wall clock; null where it does not say */
  readonly clock: KernelClock | null;
}

/** The start of a load. Times are absolute, in ms. */
export interface RunStart extends RunSetting {
  readonly counters: readonly ThreadCounters[];
  readonly windowStartMs: number;
  /** when the window is to open by the wall clock, in us since 1970 */
  readonly openedAtUs: number;
  /** what the process has used since the window opened */
  readonly processSoFar: () => ProcessUse;
}

/** Receives what happens during a run. */
export interface RunObserver {
  /** whether the process does nothing else, so that its other threads may give way */
  readonly ownsProcess: boolean;
  /** The load starts. @returns disposed when the load ends */
  onStart(start: RunStart): Disposable;
  /** a row of the time series is complete */
  onInterval(row: Interval): void;
  /** one of the first failures */
  onFailure(failure: Failure): void;
  /** All connections are open, and the load waits for its start. */
  onWait(wait: Wait): void;
}

/** Does nothing. */
export const noObserver: RunObserver = {
  ownsProcess: true,
  onStart: () => ({ [Symbol.dispose]() {} }),
  onInterval() {},
  onFailure() {},
  onWait() {},
};

/** Tells several observers, in their order. */
export const joinObservers = (observers: readonly RunObserver[]): RunObserver => ({
  ownsProcess: observers.every(({ ownsProcess }) => ownsProcess),
  onStart(start) {
    const all = new DisposableStack();
    for (const each of observers) all.use(each.onStart(start));
    return all;
  },
  onInterval: (row) => observers.forEach((each) => each.onInterval(row)),
  onFailure: (failure) => observers.forEach((each) => each.onFailure(failure)),
  onWait: (wait) => observers.forEach((each) => each.onWait(wait)),
});
