import { type Backoff, backoffMs } from "../../lib/backoff.ts";
import { connectionCapacity } from "../../lib/posix/descriptors.ts";
import { messageOf, UnreachableError } from "../../lib/errors.ts";
import { formatDuration, plural } from "../../lib/units.ts";
import { countAll } from "../telemetry/counters.ts";
import type { ServerIdentity } from "../tls/identity.ts";
import type { Listener } from "../transport/transport.ts";
import type { LogOutput } from "../log/output.ts";
import type { Observation } from "../service/observer.ts";
import { RECENT_EVENTS, RecentEvents } from "../telemetry/recent-events.ts";
import type { ServerSettings } from "../echo/server.ts";
import {
  RETIRE_AFTER_MS,
  type Service,
  type ServiceSettings,
  viewWorker,
  type WorkerView,
} from "../service/service.ts";
import type { ListenerRange } from "../../lib/posix/reuseport-steering.ts";
import { byTraffic, TOP_TALKERS } from "../echo/top-talkers.ts";
import { SharedTally } from "../telemetry/tally.ts";
import { openProcess } from "./process-link.ts";
import { createSharedMemory, type SharedMemory } from "./shared-memory.ts";
import { openThread } from "./thread-link.ts";
import { WorkerHandle, type WorkerOwner } from "./worker-handle.ts";

/** How long a worker may take to end after the grace period before it is killed. */
const END_MS = 3_000;

const restartBackoff: Backoff = { firstMs: 100, longestMs: 10_000 };

/** A worker that lived this long was healthy: the next failure counts as the first one. */
const HEALTHY_MS = 10_000;

/** A worker's place in the supervisor, whichever process has it now. */
interface Berth {
  handle: WorkerHandle;
  restarts: number;
  /** early deaths in a row */
  failures: number;
}

/** Has new connections go to some of the listeners that the workers have. */
const steer = async ([first]: readonly WorkerHandle[], range: ListenerRange | undefined): Promise<void> =>
  first?.ask({ kind: "steer", range });

/**
 * Ends the listeners of the former certificate, each once connections do not go there any more. The kernel puts the last
 * listener in the place of one that ends: behind the old ones, one new listener less is left each time.
 */
async function retireLater(workers: readonly WorkerHandle[]): Promise<void> {
  await Bun.sleep(RETIRE_AFTER_MS);
  for (const [i, worker] of workers.entries()) {
    const count = workers.length - 1 - i;
    if (count > 0) await steer(workers, { from: workers.length, count });
    await worker.ask({ kind: "retire" });
  }
  await steer(workers, undefined);
}

/**
 * A server of several processes that share the port, or of a single thread with a loop of its own; what dies is
 * replaced.
 */
export class Supervisor implements Service, WorkerOwner {
  readonly #asked: ServiceSettings;
  readonly #output: LogOutput;
  readonly #memory: SharedMemory;
  readonly #shared: SharedTally;
  readonly #berths: Berth[];
  readonly #ownEvents = new RecentEvents();
  #settings: ServerSettings;
  #listener: Pick<Listener, "endpoint" | "granted"> = { endpoint: "", granted: null };
  #retired: Promise<void> = Promise.resolve();
  #isStopping = false;

  private constructor(settings: ServerSettings, asked: ServiceSettings, output: LogOutput) {
    this.#settings = settings;
    this.#asked = asked;
    this.#output = output;
    const bytes = SharedTally.bytesFor(asked.workers);
    this.#memory = createSharedMemory(bytes);
    this.#shared = new SharedTally(this.#memory.buffer, asked.workers);
    output.log.onEvent = (timeMs, event) => this.#ownEvents.add(timeMs, event);
    this.#berths = Array.from({ length: asked.workers }, (_, index) => ({
      handle: this.#launch(index),
      restarts: 0,
      failures: 0,
    }));
  }

  /** @throws UnreachableError when a worker cannot listen */
  static async start(settings: ServerSettings, asked: ServiceSettings, output: LogOutput): Promise<Supervisor> {
    const supervisor = new Supervisor(settings, asked, output);
    try {
      const listeners = await Promise.all(supervisor.#berths.map(({ handle }) => handle.listening));
      supervisor.#listener = listeners[0] ?? supervisor.#listener;
      return supervisor;
    } catch (error) {
      await supervisor[Symbol.asyncDispose]();
      throw new UnreachableError(messageOf(error));
    }
  }

  get listener(): Pick<Listener, "endpoint" | "granted"> {
    return this.#listener;
  }

  counters() {
    return countAll(this.#shared);
  }

  workers(): readonly WorkerView[] {
    return this.#berths.map(({ handle, restarts }, index) => viewWorker(this.#shared, index, handle.pid, restarts));
  }

  observe(): Observation {
    const seen = this.#berths.map(({ handle }) => handle.seen);
    const talkers = seen.flatMap((each) => each.talkers).toSorted(byTraffic);
    const events = [...this.#ownEvents.all, ...seen.flatMap((each) => each.events)];
    return {
      talkers: talkers.slice(0, TOP_TALKERS),
      events: events.toSorted((a, b) => a.timeMs - b.timeMs).slice(-RECENT_EVENTS),
    };
  }

  async renew(identity: ServerIdentity): Promise<void> {
    await this.#retired;
    this.#settings = { ...this.#settings, listening: { ...this.#settings.listening, identity } };
    const living = this.#berths.map(({ handle }) => handle).filter(({ isGone }) => !isGone);
    const outcomes = await Promise.allSettled(living.map((handle) => handle.ask({ kind: "listenAnew", identity })));
    await steer(living, { from: living.length, count: living.length });
    this.#retired = retireLater(living);
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async stop(graceMs: number, force: AbortSignal): Promise<number> {
    this.#isStopping = true;
    const handles = this.#berths.map(({ handle }) => handle);
    for (const handle of handles) handle.tell({ kind: "stop", graceMs });
    const onForce = (): void => handles.forEach((handle) => handle.tell({ kind: "force" }));
    if (force.aborted) onForce();
    force.addEventListener("abort", onForce, { once: true });
    const timer = setTimeout(() => handles.forEach((handle) => handle.kill()), graceMs + END_MS);
    const cut = await Promise.all(handles.map(({ stopped }) => stopped));
    clearTimeout(timer);
    return cut.reduce((sum, each) => sum + each, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0, AbortSignal.abort());
    this.#memory[Symbol.dispose]();
  }

  write(text: string): Promise<void> {
    return this.#output.append(text);
  }

  died(handle: WorkerHandle, how: string): void {
    const index = this.#berths.findIndex((berth) => berth.handle === handle);
    const berth = this.#berths[index];
    if (this.#isStopping || !berth) return;
    const lost = Atomics.exchange(this.#shared.places, index, 0);
    this.#shared.tallyOf(index).add("errorsOther", lost);
    const livedMs = performance.now() - handle.startedAtMs;
    berth.failures = livedMs >= HEALTHY_MS ? 1 : berth.failures + 1;
    const pauseMs = backoffMs(berth.failures, restartBackoff);
    berth.restarts++;
    const loss = lost === 0 ? "" : `, and ${plural(lost, "connection")} with it`;
    this.#tell(index, `(PID ${handle.pid}) ${how}${loss}; replaced in ${formatDuration(pauseMs)}`);
    setTimeout(() => this.#replace(index, berth), pauseMs);
  }

  #replace(index: number, berth: Berth): void {
    if (this.#isStopping) return;
    const handle = this.#launch(index);
    berth.handle = handle;
    handle.listening.then(
      () => this.#tell(index, `(PID ${handle.pid}) listens`),
      // Its end is told by `died`.
      () => handle.kill(),
    );
  }

  #tell(worker: number, message: string): void {
    this.#output.log.event({ kind: "WORKER", worker, message });
  }

  #launch(index: number): WorkerHandle {
    const { workers, maxConnections, level, isObserved, engine } = this.#asked;
    const own = connectionCapacity();
    const limits = { all: maxConnections ?? own * workers, own };
    const { verbose, quiet } = level;
    const plan = {
      ...{ index, workers, limits, isObserved, engine },
      settings: this.#settings,
      level: { verbose, quiet },
      style: this.#output.style,
    };
    const open = workers > 1 ? openProcess : openThread;
    return new WorkerHandle((owner) => open(plan, this.#memory.descriptor, owner), this);
  }
}
