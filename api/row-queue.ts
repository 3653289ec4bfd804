/** Rows that one side adds as they are made, and any number of readers take in order. */
export class RowQueue<T> implements AsyncIterable<T> {
  readonly #rows: T[] = [];
  #isOver = false;
  #error: unknown;
  #more = Promise.withResolvers<void>();

  add(row: T): void {
    this.#rows.push(row);
    this.#wake();
  }

  /** There are no more rows. @param error why, unless all is well; readers get it after the last row */
  end(error?: unknown): void {
    this.#isOver = true;
    this.#error = error;
    this.#wake();
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (let at = 0; ; at++) {
      while (at >= this.#rows.length && !this.#isOver) await this.#more.promise;
      if (at >= this.#rows.length && this.#error !== undefined) throw this.#error;
      if (at >= this.#rows.length) return;
      yield this.#rows[at] as T;
    }
  }
}
