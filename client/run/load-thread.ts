import { scriptOf } from "../../lib/invocation.ts";
import { createWakeDescriptor, wake } from "../../lib/posix/epoll.ts";
import { closeDescriptor } from "../../lib/posix/libc.ts";
import type { Engine, ThreadEngine } from "../../lib/loop/engine.ts";
import type { Failure } from "../failure/failure.ts";
import type { ThreadCommand, ThreadEvent, ThreadPlan } from "../load/protocol.ts";
import { sizeClasses } from "../payload/message-size.ts";
import { openThreadCounters, type ThreadCounters, threadMemory } from "../measure/thread-counters.ts";

type EventOf<K extends ThreadEvent["kind"]> = Extract<ThreadEvent, { kind: K }>;

const workerScript = scriptOf("client/load/worker.ts");

/** The line that says what is wrong: Bun puts an excerpt of the source before it. */
const errorLine = (text: string): string => /^\w*error: .*$/im.exec(text)?.[0] ?? text;

/** A load thread, as seen from the main thread. */
export class LoadThread {
  readonly counters: ThreadCounters;
  /** the kernel's number; undefined before it has started, and where there is no Linux */
  id: number | undefined;
  readonly #worker: Worker;
  readonly #wakeFd: number | undefined;
  readonly #events = new Map<ThreadEvent["kind"], PromiseWithResolvers<ThreadEvent>>();

  private constructor(counters: ThreadCounters, wakeFd: number | undefined, onFailure: (failure: Failure) => void) {
    this.counters = counters;
    this.#wakeFd = wakeFd;
    this.#worker = new Worker(workerScript);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<ThreadEvent>) => {
      if (data.kind === "failed") onFailure(data.failure);
      else this.#awaited(data.kind).resolve(data);
    });
    this.#worker.addEventListener("error", (event) => {
      const reason = errorLine(event.message || String(event.error));
      for (const kind of ["ready", "rehearsed", "probed", "opened", "ended", "finished"] as const) {
        this.#awaited(kind).reject(new Error(`a load thread failed: ${reason}`, { cause: event.error }));
      }
    });
  }

  /**
   * Starts a thread and waits until it is ready, as Bun needs threads to be started one at a time.
   * @param onFailure is called for each of the first failures when it happens
   */
  static async start(
    plan: Omit<ThreadPlan, "engine" | "counters">,
    { engine, busyPollNs }: { readonly engine: Engine; readonly busyPollNs: number },
    onFailure: (failure: Failure) => void,
  ): Promise<LoadThread> {
    const wakeFd = engine === "epoll" ? createWakeDescriptor() : undefined;
    const threadEngine: ThreadEngine = wakeFd === undefined ? { kind: "bun" } : { kind: "epoll", wakeFd, busyPollNs };
    const thread = new LoadThread(
      openThreadCounters(threadMemory(sizeClasses(plan.messageSize).length)),
      wakeFd,
      onFailure,
    );
    ({ threadId: thread.id } = await thread.event("ready"));
    thread.send({ kind: "prepare", plan: { ...plan, engine: threadEngine, counters: thread.counters.memory } });
    return thread;
  }

  send(command: ThreadCommand): void {
    this.#worker.postMessage(command);
    if (this.#wakeFd !== undefined) wake(this.#wakeFd);
  }

  /** The event of this kind, which comes once a run; settles at once if it came already. */
  async event<K extends ThreadEvent["kind"]>(kind: K): Promise<EventOf<K>> {
    // The promise of a kind is only resolved with an event of that kind.
    return (await this.#awaited(kind).promise) as EventOf<K>;
  }

  terminate(): void {
    this.#worker.terminate();
    if (this.#wakeFd !== undefined) closeDescriptor(this.#wakeFd);
  }

  #awaited(kind: ThreadEvent["kind"]): PromiseWithResolvers<ThreadEvent> {
    const known = this.#events.get(kind);
    if (known) return known;
    const awaited = Promise.withResolvers<ThreadEvent>();
    awaited.promise.catch(() => {});
    this.#events.set(kind, awaited);
    return awaited;
  }
}
