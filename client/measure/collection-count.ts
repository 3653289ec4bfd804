import { releaseWeakRefs } from "bun:jsc";

/** Counts collections of this thread's heap: JavaScriptCore does not tell of them, but what nobody holds is gone afterwards. */
export class CollectionCount {
  #canary = new WeakRef({});
  /** since the last reset; of several between two looks, one is seen */
  seen = 0;

  look(): void {
    if (this.#canary.deref() === undefined) {
      this.seen++;
      this.#canary = new WeakRef({});
    }
    // Else what was looked at is held until Bun's own loop has its turn.
    releaseWeakRefs();
  }

  reset(): void {
    this.look();
    this.seen = 0;
  }
}
