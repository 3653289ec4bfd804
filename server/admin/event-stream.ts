import type { Monitor } from "../service/monitor.ts";
import type { LiveMessage } from "./live-message.ts";

/** Pages that may listen at once. */
const MAX_LISTENERS = 64;

/** Messages that may wait for a page that does not read; then it is let go, and comes back by itself. */
const MAX_WAITING = 30;

/** Tells pages by server-sent events what the monitor sees. */
export class EventStream {
  readonly #monitor: Monitor;
  readonly #controllers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #stopListening: () => void;

  constructor(monitor: Monitor) {
    this.#monitor = monitor;
    this.#stopListening = monitor.onSample(() => this.#tellAll());
  }

  get isFull(): boolean {
    return this.#controllers.size >= MAX_LISTENERS;
  }

  /** What one page reads: all there is to know, then what is new every second. */
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

  #tellAll(): void {
    if (this.#controllers.size === 0) return;
    const message = encode({ ...this.#monitor.overview(), sample: this.#monitor.latest });
    for (const controller of this.#controllers) {
      if ((controller.desiredSize ?? 0) < -MAX_WAITING) this.#letGo(controller);
      else controller.enqueue(message);
    }
  }

  #letGo(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controllers.delete(controller);
    controller.close();
  }

  /** Ends all streams. */
  close(): void {
    this.#stopListening();
    for (const controller of [...this.#controllers]) this.#letGo(controller);
  }
}

const encoder = new TextEncoder();

/** One message, and how soon to come back after the server was gone. JSON has no line breaks. */
const encode = (data: LiveMessage): Uint8Array => encoder.encode(`retry: 1000\ndata: ${JSON.stringify(data)}\n\n`);
