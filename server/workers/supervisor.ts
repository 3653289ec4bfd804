import { type Backoff, backoffMs } from "../../lib/backoff.ts";
import { messageOf, UnreachableError } from "../../lib/errors.ts";
import { formatDuration, plural } from "../../lib/text/format-units.ts";
import { eventLoopTimers, repeat, sleep } from "../../lib/timers.ts";
import type { ServerSettings } from "../accept/server.ts";
import { byTraffic, TOP_TALKERS } from "../peer/top-talkers.ts";
import type { LogStyle } from "../log/format.ts";
import type { Log } from "../log/log.ts";
import type { Observation } from "../service/observer.ts";
import {
  connectionLimits,
  RETIRE_AFTER_MS,
  type Service,
  type ServiceSettings,
  type StopOutcome,
  viewWorker,
  type WorkerView,
} from "../service/service.ts";
import { countAll } from "../telemetry/counters.ts";
import { RECENT_EVENTS, RecentEvents } from "../telemetry/recent-events.ts";
import { SharedTally } from "../telemetry/tally.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { ListeningView } from "../transport/listen.ts";
import { type EndedWorkers, endWorkers } from "./end-workers.ts";
import { BEAT_MS, HeartbeatWatch, SILENT_MS } from "./heartbeat.ts";
import { startProcess } from "./process-link.ts";
import { createSharedMemory, type SharedMemory } from "./shared-memory.ts";
import { retireLater, steer } from "./retire.ts";
import { startThread } from "./thread-link.ts";
import { WorkerHandle, type WorkerOwner } from "./worker-handle.ts";

const restartBackoff: Backoff = { firstMs: 100, longestMs: 10_000 };

/** A worker that lived this long was healthy: the next failure counts as the first one. */
const HEALTHY_MS = 10_000;

/** A worker's slot, which passes to its replacement when the worker exits. */
interface WorkerSlot {
  handle: WorkerHandle;
  heartbeat: HeartbeatWatch;
  restarts: number;
  /** early exits in a row */
  failures: number;
  /** whether it still has the listener of an old certificate, as it did not answer when that was renewed */
  isOutdated: boolean;
}

const isServing = ({ handle, heartbeat }: WorkerSlot): boolean => handle.isListening && !heartbeat.isSilent;

/** Where the lines of workers and of the supervisor itself go. */
export interface WorkerOutput {
  readonly log: Log;
  readonly style: LogStyle;
  /** Writes lines that a worker has formatted. Settles with whether they were written. */
  append(text: string): Promise<boolean>;
}

/**
 * A server of several worker processes that share the port, or of one worker thread with an epoll loop. A worker that
 * exits is replaced.
 */
export class Supervisor implements Service, WorkerOwner {
  readonly #serviceSettings: ServiceSettings;
  readonly #output: WorkerOutput;
  readonly #memory: SharedMemory;
  readonly #shared: SharedTally;
  readonly #slots: WorkerSlot[] = [];
  /** events of the supervisor itself; those of the workers come with their observations */
  readonly #ownEvents = new RecentEvents();
  #settings: ServerSettings;
  #listener: ListeningView = { endpoints: [], services: {}, granted: null };
  #retired: Promise<void> = Promise.resolve();
  #isStopping = false;
  #endWatch = (): void => {};

  private constructor(settings: ServerSettings, serviceSettings: ServiceSettings, output: WorkerOutput) {
    const { workers } = serviceSettings;
    this.#settings = settings;
    this.#serviceSettings = serviceSettings;
    this.#output = output;
    this.#memory = createSharedMemory(SharedTally.bytesFor(workers));
    this.#shared = new SharedTally(this.#memory.buffer, workers);
    output.log.onEvent = (timeMs, event) => this.#ownEvents.add(timeMs, event);
  }

  /** @throws UnreachableError when a worker cannot be started, or cannot listen */
  static async start(
    settings: ServerSettings,
    serviceSettings: ServiceSettings,
    output: WorkerOutput,
  ): Promise<Supervisor> {
    const supervisor = new Supervisor(settings, serviceSettings, output);
    try {
      for (let index = 0; index < serviceSettings.workers; index++) {
        const slot = { handle: supervisor.#launch(index), heartbeat: new HeartbeatWatch(), isOutdated: false };
        supervisor.#slots.push({ ...slot, restarts: 0, failures: 0 });
      }
      const listeners = await Promise.all(supervisor.#handles.map(({ listening }) => listening));
      supervisor.#listener = listeners[0] ?? supervisor.#listener;
      supervisor.#endWatch = repeat(eventLoopTimers, BEAT_MS, () => supervisor.#lookAtAll());
      return supervisor;
    } catch (error) {
      await supervisor[Symbol.asyncDispose]();
      throw new UnreachableError(messageOf(error));
    }
  }

  get #handles(): WorkerHandle[] {
    return this.#slots.map(({ handle }) => handle);
  }

  get listener(): ListeningView {
    return this.#listener;
  }

  counters() {
    return countAll(this.#shared);
  }

  workers(): readonly WorkerView[] {
    return this.#slots.map((slot, worker) => {
      const { handle, restarts } = slot;
      return viewWorker(this.#shared, { worker, pid: handle.pid, restarts, isServing: isServing(slot) });
    });
  }

  observe(): Observation {
    const observations = this.#handles.map(({ observation }) => observation);
    const talkers = observations.flatMap((each) => each.talkers).toSorted(byTraffic);
    const events = [...this.#ownEvents.all, ...observations.flatMap((each) => each.events)];
    return {
      talkers: talkers.slice(0, TOP_TALKERS),
      events: events.toSorted((a, b) => a.timeMs - b.timeMs).slice(-RECENT_EVENTS),
    };
  }

  async renew(identity: ServerIdentity): Promise<void> {
    await this.#retired;
    this.#settings = { ...this.#settings, listening: { ...this.#settings.listening, identity } };
    const slots = this.#slots.filter(({ handle }) => !handle.isGone);
    const outcomes = await Promise.allSettled(slots.map((slot) => this.#renewOf(slot, identity)));
    const renewed = slots.filter((_slot, i) => outcomes[i]?.status === "fulfilled").map(({ handle }) => handle);
    await steer(renewed, { from: slots.length, count: renewed.length });
    this.#retired = retireLater(renewed, slots.length);
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async #renewOf(slot: WorkerSlot, identity: ServerIdentity): Promise<void> {
    const { handle, heartbeat } = slot;
    const renewed = handle.request({ kind: "renew", identity });
    if (heartbeat.isSilent) handle.giveUp();
    try {
      await renewed;
    } catch (error) {
      slot.isOutdated = heartbeat.isSilent;
      throw new Error(`worker ${this.#slots.indexOf(slot)} (PID ${handle.pid}): ${messageOf(error)}`, { cause: error });
    }
  }

  /** Notices workers that do not answer, and those that answer again. They are not killed: the machine may be busy. */
  #lookAtAll(): void {
    for (const [index, slot] of this.#slots.entries()) {
      const { handle, heartbeat } = slot;
      if (!handle.isListening || !heartbeat.look(this.#shared.tallyOf(index).get("beats"))) continue;
      const what = heartbeat.isSilent ? `has not answered for ${formatDuration(SILENT_MS)}` : "answers again";
      this.#logWorker(index, `(PID ${handle.pid}) ${what}`);
      if (heartbeat.isSilent) handle.giveUp();
      else if (slot.isOutdated) void this.#retireAlone(slot);
    }
  }

  /** Closes the old listener of a worker that has renewed its certificate late. */
  async #retireAlone(slot: WorkerSlot): Promise<void> {
    slot.isOutdated = false;
    await Promise.all([this.#retired, sleep(RETIRE_AFTER_MS)]);
    slot.handle.send({ kind: "retire" });
  }

  async stop(graceMs: number, force: AbortSignal): Promise<StopOutcome> {
    const { cut, killed } = await this.#end(graceMs, force);
    for (const [index, { handle }] of this.#slots.entries()) {
      if (!killed.has(handle)) continue;
      const lost = this.#countLost(index);
      this.#logWorker(index, `(PID ${handle.pid}) did not stop in time and was killed${lost}`);
    }
    return { cut, killed: killed.size };
  }

  async #end(graceMs: number, force: AbortSignal): Promise<EndedWorkers> {
    this.#isStopping = true;
    const ended = await endWorkers(this.#slots, graceMs, force);
    this.#endWatch();
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end(0, AbortSignal.abort());
    this.#memory[Symbol.dispose]();
  }

  writeLog(text: string): Promise<boolean> {
    return this.#output.append(text);
  }

  workerExited(handle: WorkerHandle, how: string): void {
    const index = this.#slots.findIndex((slot) => slot.handle === handle);
    const slot = this.#slots[index];
    if (this.#isStopping || !slot) return;
    const lost = this.#countLost(index);
    const livedMs = performance.now() - handle.startedAtMs;
    if (livedMs >= HEALTHY_MS) slot.failures = 0;
    slot.restarts++;
    this.#replaceLater(index, slot, `(PID ${handle.pid}) ${how}${lost}`);
  }

  /** Counts the connections of a dead worker as errors. @returns the end of the sentence that says so */
  #countLost(index: number): string {
    const lost = Atomics.exchange(this.#shared.active, index, 0);
    this.#shared.tallyOf(index).add("errorsOther", lost);
    return lost === 0 ? "" : `, and ${plural(lost, "connection")} with it`;
  }

  /** @param why the worker has to be replaced */
  #replaceLater(index: number, slot: WorkerSlot, why: string): void {
    const pauseMs = backoffMs(++slot.failures, restartBackoff);
    this.#logWorker(index, `${why}; replaced in ${formatDuration(pauseMs)}`);
    eventLoopTimers.after(pauseMs, () => this.#replace(index, slot));
  }

  #replace(index: number, slot: WorkerSlot): void {
    if (this.#isStopping) return;
    try {
      Object.assign(slot, { handle: this.#launch(index), heartbeat: new HeartbeatWatch(), isOutdated: false });
    } catch (error) {
      return this.#replaceLater(index, slot, messageOf(error));
    }
    const { handle } = slot;
    handle.listening.then(
      () => this.#logWorker(index, `(PID ${handle.pid}) listens`),
      // `workerExited` follows and logs why.
      () => handle.kill(),
    );
  }

  #logWorker(worker: number, message: string): void {
    this.#output.log.event({ kind: "WORKER", worker, message });
  }

  #launch(index: number): WorkerHandle {
    const { workers, level, isObserved, engine, busyPollNs, cpus } = this.#serviceSettings;
    const workerSettings = {
      ...{ index, workers, level, isObserved, engine, busyPollNs, cpus },
      settings: this.#settings,
      limits: connectionLimits(this.#serviceSettings),
      style: this.#output.style,
    };
    const start = workers > 1 ? startProcess : startThread;
    try {
      return new WorkerHandle((events) => start(workerSettings, this.#memory.descriptor, events), this);
    } catch (error) {
      throw new Error(`a worker cannot be started: ${messageOf(error)}`, { cause: error });
    }
  }
}
