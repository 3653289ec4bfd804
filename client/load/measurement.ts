import type { TlsSession } from "../../lib/loop/channel.ts";
import { isOneWay, type Way } from "../../lib/result/load-modes.ts";
import type { SenderInfo } from "../../lib/oneway/trailer.ts";
import { connectionInfo } from "../../lib/posix/connection-info.ts";
import { libcAvailable } from "../../lib/posix/libc.ts";
import { currentCpu } from "../../lib/posix/scheduling.ts";
import { grantedOptions, type GrantedSocketOptions, type SocketOptionRequest } from "../../lib/posix/socket-options.ts";
import { type PauseFigures, Pauses } from "../../lib/loop/pauses.ts";
import { type Failure, isAfterLoad } from "../failure/failure.ts";
import { FailureLog } from "../failure/failure-log.ts";
import type { OutageReport } from "../failure/outages.ts";
import { CollectionCount } from "../measure/collection-count.ts";
import { KernelSampler, type KernelView } from "../measure/kernel-sampler.ts";
import { Recorder, ThreadCpu, type WindowEdges } from "../measure/recorder.ts";
import { SWEEP_MS } from "../measure/looks.ts";
import { openThreadCounters } from "../measure/thread-counters.ts";
import { sizeClasses } from "../payload/message-size.ts";
import type { LoopClock } from "../transport/loop-clock.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import type { LoadConnection } from "../connection/load-connection.ts";
import { type FastOpenCount, noEcn, type ThreadPlan, type ThreadReport } from "./protocol.ts";

/** Timers may fire this late. */
const TIMER_SLACK_NS = 2e6;

/** What a thread measures: counters as they change, and everything else for the report at its end. */
export class Measurement {
  readonly recorder: Recorder;
  readonly #failures = new FailureLog();
  readonly #nowNs: () => number;
  readonly #cpu = new ThreadCpu();
  readonly #sampler: KernelSampler;
  readonly #jittersNs: number[] = [];
  readonly #pauses: Pauses;
  /** whether pauses are seen by how late the sweeps are, since the loop does not count its own */
  readonly #seesLateSweeps: boolean;
  readonly #collections = new CollectionCount();
  #lookedNs = Number.POSITIVE_INFINITY;
  #pausesOfWindow: PauseFigures = new Pauses().figures;
  #collectionsOfWindow = 0;
  /** whether the window was opened; a run may be stopped before */
  #hasWindow = false;
  #processor = -1;
  #lost = 0;
  #session: TlsSession | undefined;
  #kernel: readonly KernelView[] = [];
  readonly #senders: Record<Way, SenderInfo[]> = { upload: [], download: [] };
  readonly #ecn = { upload: noEcn(), download: noEcn() };
  readonly #isOneWay: boolean;
  readonly #socketOptions: SocketOptionRequest;
  readonly #fastOpen: FastOpenCount | null;
  /** undefined until a connection is established */
  #sockets: GrantedSocketOptions | null | undefined;

  /** @param pool the connections, once the first is made */
  constructor(
    plan: ThreadPlan,
    edges: WindowEdges,
    pool: () => Pick<ConnectionPool, "all" | "at">,
    { nowNs, pauses }: Pick<LoopClock, "nowNs" | "pauses">,
  ) {
    this.#nowNs = nowNs;
    this.#isOneWay = isOneWay(plan.mode);
    this.#socketOptions = plan.sockets.options ?? {};
    this.#fastOpen = this.#socketOptions.fastOpen ? { connections: 0, synData: 0 } : null;
    this.#pauses = pauses ?? new Pauses();
    this.#seesLateSweeps = pauses === undefined;
    this.recorder = new Recorder(
      openThreadCounters(plan.counters),
      {
        opened: (lateNs) => {
          this.#hasWindow = true;
          this.#cpu.begin();
          this.#pauses.reset();
          // The thread stood still when the window was to open.
          if (lateNs > TIMER_SLACK_NS) this.#pauses.note(lateNs);
          this.#collections.reset();
          edges.opened(lateNs);
        },
        closed: (lateNs) => {
          this.#cpu.end();
          if (this.#hasWindow) {
            this.#pausesOfWindow = this.#pauses.figuresUntil(lateNs);
            this.#collectionsOfWindow = this.#collections.seen;
          }
          this.#processor = currentCpu();
          edges.closed(lateNs);
        },
      },
      { sizeClasses: sizeClasses(plan.messageSize), countsConnectsInWindow: plan.mode === "churn" },
    );
    const sampled = {
      get all() {
        return pool().all;
      },
      slots: plan.slots,
      at: (slot: number) => pool().at(slot),
    };
    this.#sampler = new KernelSampler(sampled, (info, added) => this.recorder.kernelSampled(info, added));
  }

  /** Keeps the session of the first connection that speaks TLS. */
  onSession(session: TlsSession | undefined): void {
    this.#session ??= session;
  }

  /** Counts a connection that is established. */
  onConnected({ connectNs, fd }: LoadConnection): void {
    this.recorder.reach(this.#nowNs());
    this.recorder.connected(connectNs);
    if (this.#sockets !== undefined || fd === undefined) return;
    this.#sockets = libcAvailable ? grantedOptions(fd, this.#socketOptions) : null;
  }

  /** Counts a failure. @returns whether it is one of the first, which are kept whole */
  onFailed(failure: Failure): boolean {
    this.recorder.reach(this.#nowNs());
    this.recorder.failed();
    if (!this.recorder.isOver && !isAfterLoad(failure.kind)) this.#lost++;
    return this.#failures.add(failure);
  }

  onClosed({ jitterNs }: LoadConnection): void {
    if (jitterNs > 0) this.#jittersNs.push(jitterNs);
  }

  /** Keeps what the kernel of the end that sent says of a connection. */
  onSender(way: Way, sender: SenderInfo): void {
    this.#senders[way].push(sender);
  }

  /** Counts whether a connection of one way uses ECN, once its bytes have moved. */
  countEcn(way: Way, { fd }: LoadConnection): void {
    const info = connectionInfo(fd);
    if (!info) return;
    const counts = this.#ecn[way];
    counts.connections++;
    if (info.hasEcn) counts.ecnConnections++;
    if (info.sawEcn) counts.ecnSeenConnections++;
  }

  /** Counts whether the first packet of a connection carried data, if that was asked for; once its messages have come back. */
  countFastOpen({ fd }: LoadConnection): void {
    const info = this.#fastOpen && connectionInfo(fd);
    if (!this.#fastOpen || !info) return;
    this.#fastOpen.connections++;
    if (info.hasSynData) this.#fastOpen.synData++;
  }

  /** Asks the kernel about the next few connections. To be called every `LOOK_MS`. */
  sampleSome(): void {
    this.#sampler.sampleSome();
  }

  /** Looks at its own thread. To be called every `SWEEP_MS`. */
  lookAtThread(nowNs: number): void {
    this.#collections.look();
    if (this.#seesLateSweeps) this.#pauses.note(nowNs - this.#lookedNs - SWEEP_MS * 1e6);
    this.#lookedNs = nowNs;
  }

  /** Asks the kernel about all connections, before they are closed; once. */
  sampleKernelAtEnd(): void {
    if (this.#kernel.length === 0 && !this.#isOneWay) this.#kernel = this.#sampler.sampleAll();
  }

  report(outages: readonly OutageReport[]): ThreadReport {
    const { byKind, first } = this.#failures;
    return {
      failuresByKind: byKind,
      failures: first,
      lost: this.#lost,
      jittersNs: this.#jittersNs,
      kernel: this.#kernel,
      senders: this.#senders,
      ecn: this.#ecn,
      sockets: this.#sockets ?? null,
      fastOpen: this.#fastOpen,
      processor: this.#processor,
      session: this.#session,
      cpuMs: this.#cpu.usedMs,
      pauses: this.#pausesOfWindow,
      collections: this.#collectionsOfWindow,
      outages,
    };
  }
}
