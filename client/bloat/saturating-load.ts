import { RunFailedError } from "../../lib/errors.ts";
import type { Failure } from "../failure/failure.ts";
import { addressOf } from "../load/way.ts";
import { CountersDelta } from "../measure/counters-delta.ts";
import type { KernelView } from "../measure/kernel-sampler.ts";
import type { ClientOptions } from "../options/options.ts";
import { LoadThread } from "../run/load-thread.ts";
import { type LoadPlan, toThreadPlans } from "../run/plan.ts";
import type { Address } from "../transport/transport.ts";
import { unreachableError } from "../transport/target.ts";

/** A load that fills the path, in one direction or both, in a thread of its own. Its number of connections can grow. */
export class SaturatingLoad implements Disposable {
  readonly #thread: LoadThread;
  readonly #delta: CountersDelta;
  readonly #failures: readonly Failure[];

  private constructor(thread: LoadThread, failures: readonly Failure[]) {
    this.#thread = thread;
    this.#delta = new CountersDelta([thread.counters]);
    this.#failures = failures;
  }

  /** Starts it with one connection. @param server the address of any of its services @throws UnreachableError when that cannot be opened */
  static async start(plan: LoadPlan, options: ClientOptions, server: Address): Promise<SaturatingLoad> {
    const [threadPlan] = toThreadPlans({ ...plan, threads: 1, opensOnGrow: true }, options);
    if (!threadPlan) throw new Error("a load needs a thread");
    const address = addressOf(threadPlan, 0, server);
    const failures: Failure[] = [];
    const thread = await LoadThread.start(threadPlan, plan, (failure) => failures.push(failure));
    try {
      thread.send({ kind: "probe", addresses: [address] });
      const probed = await thread.event("probed");
      if (!probed.address) throw unreachableError(probed.failed, plan.mode);
      thread.send({ kind: "open", address });
      await thread.event("opened");
      const now = performance.timeOrigin + performance.now();
      thread.send({ kind: "start", loadStart: now, windowStart: now, windowEnd: Number.POSITIVE_INFINITY });
      return new SaturatingLoad(thread, failures);
    } catch (error) {
      thread.terminate();
      throw error;
    }
  }

  /** The first failure. */
  get failure(): Failure | undefined {
    return this.#failures[0];
  }

  grow(connections: number): void {
    this.#thread.send({ kind: "grow", connections });
  }

  /** Bytes that came to the other end since the last call, and those of them that went up one way only. */
  takeBytes(): { readonly bytes: number; readonly uploaded: number } {
    return this.#delta.take();
  }

  /** Ends it. @returns what the kernel knows of its connections */
  async end(): Promise<readonly KernelView[]> {
    this.#thread.send({ kind: "stop" });
    return (await this.#thread.event("finished")).report.kernel;
  }

  [Symbol.dispose](): void {
    this.#thread.terminate();
  }
}

/** The error of a measurement whose load failed. */
export const loadError = ({ kind, message }: Failure): RunFailedError =>
  new RunFailedError(`the load failed: ${kind}: ${message}`);
