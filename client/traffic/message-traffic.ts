import { seenSince, type Standstill } from "../../lib/loop/standstill.ts";
import { Jitter } from "../../lib/latency/jitter.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Budget } from "./budget.ts";
import type { MessageRing } from "./message-ring.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Traffic } from "./traffic.ts";

/** What message traffic needs. */
export interface MessageTrafficSettings {
  readonly messages: MessageRing;
  readonly pipeline: number;
  /** messages that this connection may send in its life */
  readonly quota: number;
  readonly budget: Budget;
  readonly recorder: Recorder;
  /** the schedule of an open loop */
  readonly arrivals: Arrivals | undefined;
  readonly loop: Standstill;
  readonly slot: number;
}

/**
 * Messages of which a few are in flight at a time. In a closed loop the next one is sent when one has come back; in
 * an open loop when it is due, or as soon as there is room for it again.
 */
export class MessageTraffic implements Traffic {
  readonly #settings: MessageTrafficSettings;
  readonly #jitter = new Jitter();
  #quota: number;
  #committedBytes = 0;
  #completedBytes = 0;

  constructor(settings: MessageTrafficSettings) {
    this.#settings = settings;
    this.#quota = settings.quota;
  }

  get isSpent(): boolean {
    return this.#quota <= 0 || this.#settings.budget.isSpent;
  }

  get messagesInFlight(): number {
    return this.#settings.messages.length;
  }

  get awaitedSinceNs(): number | undefined {
    const { messages } = this.#settings;
    return messages.length > 0 ? messages.oldestOffer : undefined;
  }

  get jitterNs(): number {
    return this.#jitter.value;
  }

  get nextDueNs(): number {
    const { messages, pipeline, arrivals, budget, slot } = this.#settings;
    const hasRoom = messages.length < pipeline && this.#quota > 0;
    return arrivals && hasRoom && !budget.isSpent ? arrivals.due(slot) : Number.POSITIVE_INFINITY;
  }

  commit(nowNs: number): number {
    const { messages, pipeline, arrivals, slot, budget } = this.#settings;
    while (messages.length < pipeline && this.#quota > 0) {
      const dueNs = arrivals ? arrivals.due(slot) : nowNs;
      if (dueNs > nowNs) break;
      const bytes = budget.take();
      if (bytes === 0) break;
      arrivals?.advance(slot);
      this.#quota--;
      this.#committedBytes += bytes;
      messages.push(this.#committedBytes, dueNs);
    }
    return this.#committedBytes;
  }

  offered(nowNs: number, writableSinceNs: number): void {
    this.#settings.messages.offer(nowNs, writableSinceNs);
  }

  returned(receivedBytes: number, nowNs: number): void {
    const { messages, recorder, arrivals, loop } = this.#settings;
    const roomSinceNs = arrivals ? seenSince(loop, nowNs) : nowNs;
    while (messages.length > 0 && receivedBytes >= messages.oldestEnd) {
      const { oldestEnd, oldestOffer, oldestDue, oldestRoom } = messages;
      const bytes = oldestEnd - this.#completedBytes;
      this.#completedBytes = oldestEnd;
      messages.shift(roomSinceNs);
      if (!recorder.isOpen) continue;
      // Times of a schedule are whole numbers, those of the clock are none.
      const rtt = arrivals ? Math.round(nowNs - oldestDue) : nowNs - oldestOffer;
      recorder.message(rtt, bytes);
      if (arrivals) {
        const possibleNs = Math.max(oldestDue, oldestRoom);
        recorder.paced(nowNs - oldestOffer, Math.round(possibleNs - oldestDue), Math.round(oldestOffer - possibleNs));
      }
      this.#jitter.add(rtt);
    }
  }
}
