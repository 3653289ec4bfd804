import { KEPT_OUTAGES, type RunResult } from "../../lib/result/run-result.ts";
import type { FailureKind } from "./failure.ts";

/** An outage in the result. */
export type OutageReport = RunResult["outages"][number];

/** From when a connection broke until it was open again. Times in nanoseconds of the thread's clock. */
interface Outage {
  /** number of the connection, counted from 0 over the run */
  readonly connection: number;
  readonly cause: FailureKind;
  readonly startNs: number;
  /** undefined while it goes on */
  readonly endNs: number | undefined;
  /** connects that failed during it */
  readonly failedConnects: number;
}

/** Records the outages of connections. */
export class Outages {
  readonly #open = new Map<number, Outage>();
  readonly #closed: Outage[] = [];

  begin(connection: number, cause: FailureKind, startNs: number): void {
    this.#open.set(connection, { connection, cause, startNs, endNs: undefined, failedConnects: 0 });
  }

  /** Whether the connection is broken now. */
  has(connection: number): boolean {
    return this.#open.has(connection);
  }

  connectFailed(connection: number): void {
    const outage = this.#open.get(connection);
    if (outage) this.#open.set(connection, { ...outage, failedConnects: outage.failedConnects + 1 });
  }

  /** The connection is open, again or for the first time. */
  end(connection: number, endNs: number): void {
    const outage = this.#open.get(connection);
    this.#open.delete(connection);
    // Later ones count as errors only.
    if (outage && this.#closed.length < KEPT_OUTAGES) this.#closed.push({ ...outage, endNs });
  }

  /** All kept outages, in the order in which they began. @param originNs when the measured window opened */
  reportSince(originNs: number): OutageReport[] {
    const all = [...this.#closed, ...this.#open.values()].toSorted((a, b) => a.startNs - b.startNs);
    return all.slice(0, KEPT_OUTAGES).map(({ connection, cause, startNs, endNs, failedConnects }) => ({
      connection,
      cause,
      startMs: (startNs - originNs) / 1e6,
      durationMs: endNs === undefined ? null : (endNs - startNs) / 1e6,
      failedConnects,
    }));
  }
}
