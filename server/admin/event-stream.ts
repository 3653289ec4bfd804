import type { Monitor } from "../service/monitor.ts";
import type { LiveMessage } from "./live-message.ts";

/** Pages that may be connected at once. */
const MAX_LISTENERS = 64;

/** Messages queued for a page that does not read; above that it is disconnected, and the browser reconnects. */
const MAX_QUEUED = 30;

/** Sends the monitor's samples to pages as server-sent events. */
export class EventStream {
  readonly #monitor: Monitor;
  readonly #controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #unsubscribe: () => void;

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
    this.#unsubscribe = monitor.onSample(() => this.#sendToAll());
  }

  get isFull(): boolean {
    return this.#controllers.size >= MAX_LISTENERS;
  }

  /** The stream of one page: first the overview with the history, then overview and sample every second. */
  open(): ReadableStream<Uint8Array> {
    let own: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#controllers.add(controller);
        const { history } = this.#monitor;
        controller.enqueue(encode({ ...this.#monitor.overview(), history }));
      },
      cancel: () => void this.#controllers.delete(own),
    });
  }

  #sendToAll(): void {
    if (this.#controllers.size === 0) return;
    const message = encode({ ...this.#monitor.overview(), sample: this.#monitor.latest });
    for (const controller of this.#controllers) {
      if ((controller.desiredSize ?? 0) < -MAX_QUEUED) this.#disconnect(controller);
      else controller.enqueue(message);
    }
  }

  #disconnect(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controllers.delete(controller);
    controller.close();
  }

  /** Ends all streams. */
  close(): void {
    this.#unsubscribe();
    for (const controller of [...this.#controllers]) this.#disconnect(controller);
  }
}

const encoder = new TextEncoder();

/** One message, and how soon to come back after the server was gone. JSON has no line breaks. */
const encode = (data: LiveMessage): Uint8Array => encoder.encode(`retry: 1000\ndata: ${JSON.stringify(data)}\n\n`);
