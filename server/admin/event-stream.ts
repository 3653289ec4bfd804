import type { ServerResponse } from "node:http";
import { harmless, toJson } from "../../lib/text/harmless.ts";
import type { Monitor } from "../service/monitor.ts";
import type { LiveMessage } from "./live-message.ts";

/** Bytes queued for a page that does not read; above that it is disconnected, and the browser reconnects. */
const MAX_QUEUED_BYTES = 1_048_576;

/** Sends the monitor's samples to pages as server-sent events. */
export class EventStream implements Disposable {
  readonly #monitor: Monitor;
  readonly #capacity: number;
  readonly #pages = new Set<ServerResponse>();
  readonly #unsubscribe: () => void;

  /** @param capacity pages that may be connected at once */
  constructor(monitor: Monitor, capacity: number) {
    this.#monitor = monitor;
    this.#capacity = capacity;
    this.#unsubscribe = monitor.onSample(() => this.#sendToAll());
  }

  get isFull(): boolean {
    return this.#pages.size >= this.#capacity;
  }

  /** Answers one page: first the overview with the history, then overview and sample every second. */
  add(page: ServerResponse): void {
    this.#pages.add(page);
    page.on("close", () => this.#pages.delete(page));
    page.write(encode({ ...this.#monitor.overview(), history: this.#monitor.history }));
  }

  #sendToAll(): void {
    if (this.#pages.size === 0) return;
    const message = encode({ ...this.#monitor.overview(), sample: this.#monitor.latest });
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

/** One message, and how soon to come back after the server was gone. JSON has no line breaks. */
const encode = (data: LiveMessage): string => `retry: 1000\ndata: ${toJson(harmless(data))}\n\n`;
