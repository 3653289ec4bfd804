import { heapSize } from "bun:jsc";

/** Counts collections of this thread's heap: JavaScriptCore does not tell of them, but the heap is smaller afterwards. */
export class CollectionCount {
  #bytes = heapSize();
  /** since the last reset; of several between two looks, one is seen */
  seen = 0;

  look(): void {
    const bytes = heapSize();
    if (bytes < this.#bytes) this.seen++;
    this.#bytes = bytes;
  }

  reset(): void {
    this.look();
    this.seen = 0;
  }
}
