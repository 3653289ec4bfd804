import type { TlsSession } from "../../lib/loop/channel.ts";
import { type Failure, isAfterLoad } from "../failure/failure.ts";
import { FailureLog } from "../failure/failure-log.ts";
import type { OutageReport } from "../failure/outages.ts";
import { KernelSampler, type KernelView } from "../measure/kernel-sampler.ts";
import { Recorder, ThreadCpu, type WindowEdges } from "../measure/recorder.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { sizeClasses } from "../payload/message-size.ts";
import type { EchoConnection } from "./connection.ts";
import type { ThreadPlan, ThreadReport } from "./protocol.ts";

/** What a thread measures: counters as they change, and everything else for the report at its end. */
export class Measurement {
  readonly recorder: Recorder;
  readonly #failures = new FailureLog();
  readonly #nowNs: () => number;
  readonly #cpu = new ThreadCpu();
  readonly #sampler: KernelSampler;
  readonly #jittersNs: number[] = [];
  #lost = 0;
  #session: TlsSession | undefined;
  #kernel: readonly KernelView[] = [];

  /** @param connections that exist now */
  constructor(plan: ThreadPlan, edges: WindowEdges, connections: () => readonly EchoConnection[], nowNs: () => number) {
    this.#nowNs = nowNs;
    this.recorder = new Recorder(
      openThreadCounters(plan.counters),
      {
        opened: () => {
          this.#cpu.begin();
          edges.opened();
        },
        closed: () => {
          this.#cpu.end();
          edges.closed();
        },
      },
      { sizeClasses: sizeClasses(plan.messageSize), countsConnectsInWindow: plan.mode === "churn" },
    );
    const pool = {
      get all() {
        return connections();
      },
    };
    this.#sampler = new KernelSampler(pool, (info, added) => this.recorder.kernelSampled(info, added));
  }

  /** Keeps the session of the first connection that speaks TLS. */
  onSession(session: TlsSession | undefined): void {
    this.#session ??= session;
  }

  /** Counts a connection that is established. */
  onConnected({ connectNs }: EchoConnection): void {
    this.recorder.reach(this.#nowNs());
    this.recorder.connected(connectNs);
  }

  /** Counts a failure. @returns whether it is one of the first, which are kept whole */
  onFailed(failure: Failure): boolean {
    this.recorder.reach(this.#nowNs());
    this.recorder.failed();
    if (!this.recorder.isOver && !isAfterLoad(failure.kind)) this.#lost++;
    return this.#failures.add(failure);
  }

  onClosed({ traffic: { jitterNs } }: EchoConnection): void {
    if (jitterNs > 0) this.#jittersNs.push(jitterNs);
  }

  /** Asks the kernel about the next few connections. */
  sampleKernel(): void {
    this.#sampler.sampleSome();
  }

  /** Asks the kernel about all connections, before they are closed; once. */
  sampleKernelAtEnd(): void {
    if (this.#kernel.length === 0) this.#kernel = this.#sampler.sampleAll();
  }

  report(outages: readonly OutageReport[]): ThreadReport {
    const { byKind, first } = this.#failures;
    return {
      failuresByKind: byKind,
      failures: first,
      lost: this.#lost,
      jittersNs: this.#jittersNs,
      kernel: this.#kernel,
      session: this.#session,
      cpuMs: this.#cpu.usedMs,
      outages,
    };
  }
}
