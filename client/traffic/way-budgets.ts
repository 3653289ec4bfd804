import type { Way } from "../../lib/result/load-modes.ts";
import { Budget, type BudgetLimits, shareOf } from "./budget.ts";

/** The budgets of a thread: where its connections go both ways, one for each way with half of the bytes, else one. */
export class WayBudgets {
  readonly #budgets: ReadonlyMap<Way | undefined, Budget>;

  /**
   * @param ways of the thread's connections; undefined where bytes come back
   * @param drawSize gives the bytes of each message in turn
   * @param onSpent called when there is nothing more to send one way, once for each
   */
  constructor(ways: ReadonlySet<Way | undefined>, limits: BudgetLimits, drawSize: () => number, onSpent: () => void) {
    const each = [...ways].map((way, i) => {
      const bytes = limits.bytes === undefined ? undefined : shareOf(limits.bytes, i, ways.size);
      return [way, new Budget({ ...limits, bytes }, drawSize, onSpent)] as const;
    });
    this.#budgets = new Map(each);
  }

  /** @throws Error for a way that no connection goes */
  of(way: Way | undefined): Budget {
    const budget = this.#budgets.get(way);
    if (!budget) throw new Error(`no connection goes the way ${way ?? "back"}`);
    return budget;
  }

  /** Whether there is nothing more to send, whichever way. */
  get isSpent(): boolean {
    return this.#budgets.values().every(({ isSpent }) => isSpent);
  }

  /** See `Budget.arm`. Nothing of a download is in flight from here. */
  arm(messagesInFlight: number, bytesInFlight: number): void {
    for (const [way, budget] of this.#budgets) {
      if (way === "download") budget.arm(0, 0);
      else budget.arm(messagesInFlight, bytesInFlight);
    }
  }

  close(): void {
    for (const budget of this.#budgets.values()) budget.close();
  }
}
