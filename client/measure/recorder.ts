import type { TcpSample } from "../../lib/posix/tcp-info.ts";
import { type SizeClass, sizeClassOf } from "../payload/message-size.ts";
import { counterIndex, type ThreadCounters } from "./thread-counters.ts";

/** Called at the edges of the measured window. */
export interface WindowEdges {
  /** @param lateNs after its time */
  opened(lateNs: number): void;
  /** @param lateNs after its time; 0 when it ends before */
  closed(lateNs: number): void;
}

/** What is counted, and how. */
export interface RecorderSettings {
  /** classes of message size that are reported apart; the counters have a histogram for each */
  readonly sizeClasses: readonly SizeClass[];
  /** whether connects count only within the window */
  readonly countsConnectsInWindow: boolean;
}

/**
 * Counts what happens within the measured window and ignores what happens before and after it. The methods that are
 * called for each message only add to shared numbers.
 */
export class Recorder {
  readonly #counters: ThreadCounters;
  readonly #edges: WindowEdges;
  readonly #settings: RecorderSettings;
  #startNs = Number.POSITIVE_INFINITY;
  #endNs = Number.POSITIVE_INFINITY;
  #nextEdgeNs = Number.POSITIVE_INFINITY;
  #isOpen = false;
  #isOver = false;

  constructor(counters: ThreadCounters, edges: WindowEdges, settings: RecorderSettings) {
    this.#counters = counters;
    this.#edges = edges;
    this.#settings = settings;
  }

  /** Sets the window, in nanoseconds of the thread's clock. */
  plan(startNs: number, endNs: number): void {
    this.#startNs = startNs;
    this.#endNs = endNs;
    this.#nextEdgeNs = startNs;
  }

  /** Whether the window is open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the window was closed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Advances the time, and opens or closes the window. Call it before counting anything that happened at that time. */
  reach(nowNs: number): void {
    if (nowNs >= this.#nextEdgeNs) this.#cross(nowNs);
  }

  #cross(nowNs: number): void {
    if (!this.#isOpen && this.#nextEdgeNs === this.#startNs) {
      this.#isOpen = true;
      this.#nextEdgeNs = this.#endNs;
      this.#edges.opened(nowNs - this.#startNs);
    }
    if (nowNs >= this.#endNs) this.close(nowNs - this.#endNs);
  }

  /** Closes the window, at its planned end or before. */
  close(lateNs = 0): void {
    this.#nextEdgeNs = Number.POSITIVE_INFINITY;
    this.#isOpen = false;
    this.#isOver = true;
    this.#edges.closed(lateNs);
  }

  sent(bytes: number): void {
    if (this.#isOpen) this.#add(counterIndex.bytesSent, bytes);
  }

  /** Bytes that came back and are correct. */
  received(bytes: number): void {
    if (this.#isOpen) this.#add(counterIndex.bytesReceived, bytes);
  }

  /** Bytes that came to the server and are right, as it says. */
  uploaded(bytes: number): void {
    if (!this.#isOpen) return;
    this.#add(counterIndex.bytesReceived, bytes);
    this.#add(counterIndex.bytesUploaded, bytes);
  }

  /** A message whose echo is complete. */
  message(rttNs: number, bytes: number): void {
    const { sizeClasses } = this.#settings;
    this.#add(counterIndex.messages, 1);
    this.#counters.rtt.record(rttNs);
    if (sizeClasses.length > 0) this.#counters.sizes[sizeClassOf(sizeClasses, bytes)]?.record(rttNs);
  }

  /**
   * The same message in an open loop.
   * @param windowWaitNs from when it was due until there was room for it in the window and in the socket
   * @param sendLagNs from then until it was offered to the kernel
   */
  paced(serviceNs: number, windowWaitNs: number, sendLagNs: number): void {
    if (windowWaitNs > 0) this.#add(counterIndex.delayed, 1);
    this.#counters.service.record(serviceNs);
    this.#counters.windowWait.record(windowWaitNs);
    this.#counters.sendLag.record(sendLagNs);
  }

  /** A connection that closed without a failure. @param lifeNs from the start of its connect until it was closed */
  lifetime(lifeNs: number): void {
    if (this.#isOpen) this.#counters.life.record(lifeNs);
  }

  connected(connectNs: number): void {
    if (this.#settings.countsConnectsInWindow && !this.#isOpen) return;
    this.#add(counterIndex.connected, 1);
    this.#counters.connect.record(connectNs);
  }

  /** A TCP_INFO sample of a connection. @param retransmits segments retransmitted since its last sample */
  kernelSampled({ rttUs, cwnd }: Pick<TcpSample, "rttUs" | "cwnd">, retransmits: number): void {
    this.#add(counterIndex.retransmits, retransmits);
    if (!this.#isOpen) return;
    this.#add(counterIndex.kernelSamples, 1);
    this.#add(counterIndex.kernelRttUs, rttUs);
    this.#add(counterIndex.kernelCwnd, cwnd);
  }

  /** How many connections are established now. */
  open(connections: number): void {
    this.#counters.values[counterIndex.open] = connections;
  }

  failed(): void {
    this.#add(counterIndex.failures, 1);
  }

  #add(index: number, amount: number): void {
    // The index comes from `counterIndex`, so the element exists.
    (this.#counters.values[index] as number) += amount;
  }
}

/** Processor time of this thread between two moments, such as the edges of the window. */
export class ThreadCpu {
  #start: NodeJS.CpuUsage | undefined;
  /** ms, user and system together */
  usedMs = 0;

  begin(): void {
    this.#start = process.threadCpuUsage();
  }

  /** Does nothing unless `begin` was called. */
  end(): void {
    if (!this.#start) return;
    const { user, system } = process.threadCpuUsage(this.#start);
    this.usedMs = (user + system) / 1_000;
    this.#start = undefined;
  }
}
