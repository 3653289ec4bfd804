import { type Backoff, backoffMs } from "../../lib/backoff.ts";
import type { Timers } from "../../lib/timers.ts";
import { type OutageReport, Outages } from "../failure/outages.ts";
import type { LoadConnection } from "../connection/load-connection.ts";
import type { ThreadPlan } from "./protocol.ts";

/** The first reconnect is made at once. */
const reconnectBackoff: Backoff = { firstMs: 100, longestMs: 1_000 };

/** What the policy needs to know of a connection that has closed. */
type ClosedConnection = Pick<LoadConnection, "slot" | "number" | "failure" | "hasReceived">;

/** Decides what follows a connection that closes before its load is done: nothing, the next one of a churn, or a reconnect. */
export class ReconnectPolicy {
  readonly #plan: Pick<ThreadPlan, "mode" | "reconnect">;
  readonly #connect: (slot: number) => void;
  readonly #timers: Timers;
  readonly #outages = new Outages();
  /** connects in a row that failed, or led to a connection that broke before anything came back; by slot */
  readonly #failed = new Map<number, number>();
  /** cancels the reconnect that a slot waits for */
  readonly #cancels = new Map<number, () => void>();

  constructor(plan: Pick<ThreadPlan, "mode" | "reconnect">, connect: (slot: number) => void, timers: Timers) {
    this.#plan = plan;
    this.#connect = connect;
    this.#timers = timers;
  }

  /** Whether a connection is broken and will be opened again. */
  isOut(number: number): boolean {
    return this.#outages.has(number);
  }

  onConnectFailed(number: number): void {
    this.#outages.connectFailed(number);
  }

  onConnected({ number }: Pick<LoadConnection, "number">, nowNs: number): void {
    this.#outages.end(number, nowNs);
  }

  /** Arranges for another connection in the slot of one that has closed. @returns whether there will be one */
  replace({ slot, number, failure, hasReceived }: ClosedConnection, nowNs: number): boolean {
    const { mode, reconnect } = this.#plan;
    if (mode === "churn" && !failure) {
      this.#connect(slot);
      return true;
    }
    if (!failure || (mode !== "churn" && !reconnect)) return false;
    if (hasReceived) this.#failed.delete(slot);
    if (reconnect && !this.#outages.has(number)) this.#outages.begin(number, failure.kind, nowNs);
    this.#reconnectLater(slot);
    return true;
  }

  #reconnectLater(slot: number): void {
    const failed = this.#failed.get(slot) ?? 0;
    this.#failed.set(slot, failed + 1);
    const connect = (): void => {
      this.#cancels.delete(slot);
      this.#connect(slot);
    };
    this.#cancels.set(slot, this.#timers.after(backoffMs(failed, reconnectBackoff), connect));
  }

  /** Connects nothing any more. */
  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  /** See `Outages.reportSince`. */
  outagesSince(originNs: number): OutageReport[] {
    return this.#outages.reportSince(originNs);
  }
}
