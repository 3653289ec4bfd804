import type { ServerResponse } from "node:http";
import { harmless, toJson } from "../text/harmless.ts";

/** Bytes queued for a page that does not read; above that it is disconnected, and the browser reconnects. */
const MAX_QUEUED_BYTES = 1_048_576;

/** What live pages are sent, as plain data. */
export interface LiveSource {
  /** everything that a page needs when it is opened */
  readonly whole: () => object;
  /** Calls the listener after every change with a function that gives what has changed. @returns a function that removes it */
  onChange(listener: (latest: () => object) => void): () => void;
}

/** Sends what changes to pages as server-sent events. */
export class EventStream implements Disposable {
  readonly #source: LiveSource;
  readonly #capacity: number;
  readonly #pages = new Set<ServerResponse>();
  readonly #unsubscribe: () => void;

  /** @param capacity pages that may be connected at once */
  constructor(source: LiveSource, capacity: number) {
    this.#source = source;
    this.#capacity = capacity;
    this.#unsubscribe = source.onChange((latest) => this.#sendToAll(latest));
  }

  get isFull(): boolean {
    return this.#pages.size >= this.#capacity;
  }

  /** Answers one page: first with everything, then with every change. */
  add(page: ServerResponse): void {
    this.#pages.add(page);
    page.on("close", () => this.#pages.delete(page));
    page.write(encode(this.#source.whole()));
  }

  #sendToAll(latest: () => object): void {
    if (this.#pages.size === 0) return;
    const message = encode(latest());
    for (const page of this.#pages) {
      if (page.writableLength > MAX_QUEUED_BYTES) page.destroy();
      else page.write(message);
    }
  }

  /** Ends all streams. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
    for (const page of this.#pages) page.end();
  }
}

/** One message, and how soon to come back after the program was gone. JSON has no line breaks. */
const encode = (data: object): string => `retry: 1000\ndata: ${toJson(harmless(data))}\n\n`;
