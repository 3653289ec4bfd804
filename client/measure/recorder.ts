import type { TcpInfo } from "../../lib/posix/tcp-info.ts";
import { type SizeClass, sizeClassOf } from "../payload/message-size.ts";
import { cell, type ThreadCounters } from "./thread-counters.ts";

/** What happens at the edges of the measured window. */
export interface WindowEdges {
  opened(): void;
  closed(): void;
}

/** What is counted, and how. */
export interface RecorderSettings {
  /** message sizes that are told apart; as many as the cells have histograms for */
  readonly sizeClasses: readonly SizeClass[];
  /** whether connects count within the window only, or whenever they happen */
  readonly countsConnectsInWindow: boolean;
}

/**
 * Counts what happens within the measured window and leaves out what happens before and after it. Everything that
 * is called for a message only adds to shared numbers.
 */
export class Recorder {
  readonly #cells: ThreadCounters;
  readonly #edges: WindowEdges;
  readonly #settings: RecorderSettings;
  #startNs = Number.POSITIVE_INFINITY;
  #endNs = Number.POSITIVE_INFINITY;
  #nextEdgeNs = Number.POSITIVE_INFINITY;
  #isOpen = false;

  constructor(cells: ThreadCounters, edges: WindowEdges, settings: RecorderSettings) {
    this.#cells = cells;
    this.#edges = edges;
    this.#settings = settings;
  }

  /** Sets the window, in the thread's own nanoseconds. */
  plan(startNs: number, endNs: number): void {
    this.#startNs = startNs;
    this.#endNs = endNs;
    this.#nextEdgeNs = startNs;
  }

  /** Whether what happens now counts. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Tells the time; to be called before anything of that time is counted. */
  reach(nowNs: number): void {
    if (nowNs >= this.#nextEdgeNs) this.#cross(nowNs);
  }

  #cross(nowNs: number): void {
    if (!this.#isOpen && this.#nextEdgeNs === this.#startNs) {
      this.#isOpen = true;
      this.#nextEdgeNs = this.#endNs;
      this.#edges.opened();
    }
    if (nowNs >= this.#endNs) this.close();
  }

  /** Ends the window, at its planned end or before. */
  close(): void {
    this.#nextEdgeNs = Number.POSITIVE_INFINITY;
    this.#isOpen = false;
    this.#edges.closed();
  }

  sent(bytes: number): void {
    if (this.#isOpen) this.#add(cell.bytesSent, bytes);
  }

  /** Bytes that came back and are the right ones. */
  received(bytes: number): void {
    if (this.#isOpen) this.#add(cell.bytesReceived, bytes);
  }

  /** A message that came back whole. */
  message(rttNs: number, bytes: number): void {
    const { sizeClasses } = this.#settings;
    this.#add(cell.messages, 1);
    this.#cells.rtt.record(rttNs);
    if (sizeClasses.length > 0) this.#cells.sizes[sizeClassOf(sizeClasses, bytes)]?.record(rttNs);
  }

  /** The same message of an open loop. @param sendLagNs how long after it was due it was offered */
  paced(serviceNs: number, sendLagNs: number): void {
    this.#cells.service.record(serviceNs);
    this.#cells.sendLag.record(sendLagNs);
  }

  /** A connection that did what it was opened for, from its connect until it was closed. */
  lived(lifeNs: number): void {
    if (this.#isOpen) this.#cells.life.record(lifeNs);
  }

  connected(connectNs: number): void {
    if (this.#settings.countsConnectsInWindow && !this.#isOpen) return;
    this.#add(cell.connected, 1);
    this.#cells.connect.record(connectNs);
  }

  /** The kernel was asked about a connection. @param retransmits segments sent again since it was asked before */
  looked({ rttUs, cwnd }: Pick<TcpInfo, "rttUs" | "cwnd">, retransmits: number): void {
    this.#add(cell.retransmits, retransmits);
    if (!this.#isOpen) return;
    this.#add(cell.kernelLooks, 1);
    this.#add(cell.kernelRttUs, rttUs);
    this.#add(cell.kernelCwnd, cwnd);
  }

  failed(): void {
    this.#add(cell.failures, 1);
  }

  #add(index: number, amount: number): void {
    // The index is one of `cell`, so the element exists.
    (this.#cells.counters[index] as number) += amount;
  }
}
