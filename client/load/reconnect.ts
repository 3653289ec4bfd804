import type { EchoConnection } from "./connection.ts";
import { type OutageReport, Outages } from "../failure/outages.ts";
import type { Timers } from "../../lib/timers.ts";
import type { ThreadPlan } from "./protocol.ts";
import { Redial } from "./redial.ts";

/** Decides what follows a connection that has gone while the load runs: nothing, the next of a churn, or itself again. */
export class ReconnectPolicy {
  readonly #plan: Pick<ThreadPlan, "mode" | "reconnect">;
  readonly #dial: (slot: number) => void;
  readonly #redial: Redial;
  readonly #outages = new Outages();

  /** @param dial connects a slot */
  constructor(plan: Pick<ThreadPlan, "mode" | "reconnect">, dial: (slot: number) => void, timers: Timers) {
    this.#plan = plan;
    this.#dial = dial;
    this.#redial = new Redial(dial, timers);
  }

  /** Whether a connection is broken and to be opened again. */
  isOut(number: number): boolean {
    return this.#outages.has(number);
  }

  /** A connect of a connection that is out has failed once more. */
  connectFailed(number: number): void {
    this.#outages.connectFailed(number);
  }

  /** A connection stands. */
  stands({ number, slot }: EchoConnection, nowNs: number): void {
    this.#outages.end(number, nowNs);
    this.#redial.succeeded(slot);
  }

  /** Sees to it that the slot of a connection that has gone gets another. @returns whether it will */
  follow({ slot, number, failure }: EchoConnection, nowNs: number): boolean {
    const { mode, reconnect } = this.#plan;
    if (mode === "churn" && !failure) {
      this.#dial(slot);
      return true;
    }
    if (!failure || (mode !== "churn" && !reconnect)) return false;
    if (reconnect && !this.#outages.has(number)) this.#outages.begin(number, failure.kind, nowNs);
    this.#redial.schedule(slot);
    return true;
  }

  /** Connects nothing any more. */
  stop(): void {
    this.#redial.stop();
  }

  /** See `Outages.reportSince`. */
  outagesSince(originNs: number): OutageReport[] {
    return this.#outages.reportSince(originNs);
  }
}
