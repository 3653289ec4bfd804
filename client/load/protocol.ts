import type { ThreadEngine } from "../../lib/loop/engine.ts";
import type { KernelView } from "../measure/kernel-sampler.ts";
import type { Stage } from "../traffic/rate-schedule.ts";
import type { ArrivalKind, ShardOfLoad } from "../traffic/arrivals.ts";
import type { GrantedSocketOptions } from "../../lib/posix/socket-options.ts";
import type { PauseFigures } from "../../lib/loop/pauses.ts";
import type { TlsSession } from "../../lib/loop/channel.ts";
import type { StreamRequest } from "../../lib/oneway/request.ts";
import type { SenderInfo } from "../../lib/oneway/trailer.ts";
import type { LoadMode, Way } from "../../lib/result/load-modes.ts";
import type { Address, SocketSettings } from "../transport/transport.ts";
import type { Failure } from "../failure/failure.ts";
import type { MessageSize } from "../payload/message-size.ts";
import type { OutageReport } from "../failure/outages.ts";
import type { PayloadMemory } from "../../lib/payload/payload-table.ts";

/** A load that keeps its schedule, however late echoes come back. */
export interface OpenLoopPlan {
  readonly kind: ArrivalKind;
  /** over all connections of this client; the highest rate of the stages */
  readonly messagesPerSecond: number;
  /** the stages of this client's rate; undefined for a rate that does not change */
  readonly stages: readonly Stage[] | undefined;
}

/** The part of a load that this client has, and what depends on the whole. */
export interface ShardPlan extends ShardOfLoad {
  /** connections of the whole load */
  readonly connections: number;
}

/** One thread's part of a run. Times in ms; undefined is no limit. */
export interface ThreadPlan {
  readonly mode: LoadMode;
  /** which thread of the run, counted from 0 */
  readonly index: number;
  /** of the run */
  readonly threads: number;
  /** of this client */
  readonly connections: number;
  readonly shard: ShardPlan;
  /** connections of this thread */
  readonly slots: number;
  /** undefined in a closed loop */
  readonly openLoop: OpenLoopPlan | undefined;
  /** over which connections of the whole load are opened; 0 opens them before the load starts */
  readonly rampMs: number;
  /** whether all connections except the first are opened by `grow` commands */
  readonly opensOnGrow: boolean;
  /** whether a connection that broke is opened again */
  readonly reconnect: boolean;
  readonly messageSize: MessageSize;
  readonly pipeline: number;
  readonly messages: number | undefined;
  readonly bytes: number | undefined;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly verify: boolean;
  /** whether bytes of the payload show which part of it they are */
  readonly isDistinct: boolean;
  readonly seed: number;
  readonly payload: PayloadMemory;
  /** the same bytes as the server makes them; undefined where it does not */
  readonly generated: Omit<StreamRequest, "start"> | undefined;
  /** bytes a second of one connection, of loads without messages; undefined for as many as go */
  readonly bytesPerSecond: number | undefined;
  /** of the server's services, for connections of one way */
  readonly ports: Readonly<Record<Way, number>>;
  /** what should come back; the payload itself unless the server transforms it */
  readonly echo: PayloadMemory;
  readonly sockets: Omit<SocketSettings, "source" | "prepare">;
  /** addresses to connect from, in turn over the connections of this client; none leaves it to the kernel */
  readonly sources: readonly string[];
  readonly engine: ThreadEngine;
  /** memory of its `ThreadCounters` */
  readonly counters: SharedArrayBuffer;
}

/** When the load starts and when it is measured. */
export interface Schedule {
  readonly loadStart: number;
  readonly windowStart: number;
  readonly windowEnd: number;
}

/** A load that is run for a moment, only so that its code is compiled. */
export interface Rehearsal {
  /** a server that echoes */
  readonly address: Address;
  readonly forMs: number;
  /** of a message whose size is fixed */
  readonly largestBytes: number;
}

/** A command to a load thread. They come in this order; `stop` may come at any time. */
export type ThreadCommand =
  | { readonly kind: "prepare"; readonly plan: ThreadPlan }
  /** run the load for a moment against this server, and forget what came of it */
  | ({ readonly kind: "rehearse" } & Rehearsal)
  /** open the first connection, to the first address that accepts it */
  | { readonly kind: "probe"; readonly addresses: readonly Address[] }
  | { readonly kind: "open"; readonly address: Address }
  /** times are absolute: ms since 1970, with fractions */
  | ({ readonly kind: "start" } & Schedule)
  /** after the start: open more connections, up to this number */
  | { readonly kind: "grow"; readonly connections: number }
  | { readonly kind: "stop" };

/** How often TCP Fast Open worked. */
export interface FastOpenCount {
  /** of which the kernel was asked */
  connections: number;
  /** those of them whose SYN carried data that was accepted */
  synData: number;
}

/** How many connections use Explicit Congestion Notification. */
export interface EcnCount {
  /** of which the kernel was asked */
  connections: number;
  /** those whose ends both use it */
  ecnConnections: number;
  /** those to which a packet came that could be marked */
  ecnSeenConnections: number;
}

/** Nothing counted yet. */
export const noEcn = (): EcnCount => ({ connections: 0, ecnConnections: 0, ecnSeenConnections: 0 });

/** What a load thread measured besides its counters. */
export interface ThreadReport {
  readonly failuresByKind: Readonly<Partial<Record<Failure["kind"], number>>>;
  /** the first few, in the order they happened */
  readonly failures: readonly Failure[];
  /** failures by which the load became lighter: those before the end of the window */
  readonly lost: number;
  /** nanoseconds, one for each measured connection */
  readonly jittersNs: readonly number[];
  readonly kernel: readonly KernelView[];
  /** what the kernels of the ends that sent said of connections of one way */
  readonly senders: Readonly<Record<Way, readonly SenderInfo[]>>;
  /** of connections of one way, once their bytes had moved */
  readonly ecn: Readonly<Record<Way, EcnCount>>;
  /** of its first connection; null without TCP, and where the kernel cannot be asked */
  readonly sockets: GrantedSocketOptions | null;
  /** null unless asked for */
  readonly fastOpen: FastOpenCount | null;
  /** the processor that it ran on when the window closed; below 0 where that is not known */
  readonly processor: number;
  /** of its first connection; undefined without TLS */
  readonly session: TlsSession | undefined;
  /** processor time of the thread within the window */
  readonly cpuMs: number;
  /** of its loop within the window */
  readonly pauses: PauseFigures;
  /** collections of its heap within the window, of which some may have gone unseen */
  readonly collections: number;
  readonly outages: readonly OutageReport[];
}

/** An address that did not answer, and why; undefined when the run was stopped first. */
export interface FailedConnect {
  readonly address: Address;
  readonly failure: Failure | undefined;
}

/** An event that a load thread reports to the main thread. */
export type ThreadEvent =
  /** @param threadId the kernel's number of the thread; undefined where there is no Linux */
  | { readonly kind: "ready"; readonly threadId: number | undefined }
  | { readonly kind: "rehearsed" }
  /** the address that answered, or why each did not */
  | { readonly kind: "probed"; readonly address: Address | undefined; readonly failed: readonly FailedConnect[] }
  | { readonly kind: "opened" }
  /** one of the first failures, as it happens; the report has them too */
  | { readonly kind: "failed"; readonly failure: Failure }
  /** its part of the measured window is over; absolute ms */
  | { readonly kind: "ended"; readonly atMs: number }
  | { readonly kind: "finished"; readonly report: ThreadReport };
