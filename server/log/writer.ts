import { eventLoopTimers, type Timers } from "../../lib/timers.ts";

/** Writes a batch of text and resolves when it is written. */
export type BatchSink = (text: string) => Promise<void>;

/** How long lines are collected before they are written together. */
const BATCH_MS = 20;

/** Text that may be queued for a slow reader; lines above that are dropped and counted. */
const QUEUE_LIMIT_CHARACTERS = 8 * 1024 * 1024;

/**
 * Collects lines and writes them in batches, one batch at a time, so that logging never blocks: neither when there are
 * many lines, nor when their reader is slow.
 */
export class LogWriter {
  readonly #sink: BatchSink;
  readonly #describeDropped: (lines: number) => string;
  #queue: string[] = [];
  #queuedCharacters = 0;
  #dropped = 0;
  readonly #timers: Timers;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;

  /** @param describeDropped makes the line that reports dropped lines */
  constructor(sink: BatchSink, describeDropped: (lines: number) => string, timers: Timers = eventLoopTimers) {
    this.#sink = sink;
    this.#timers = timers;
    this.#describeDropped = describeDropped;
  }

  /** Queues a line, which ends with a line break. */
  write(line: string): void {
    if (this.#queuedCharacters + line.length > QUEUE_LIMIT_CHARACTERS) {
      this.#dropped++;
      return;
    }
    this.#queue.push(line);
    this.#queuedCharacters += line.length;
    if (!this.#writing) this.#cancelTimer ??= this.#timers.after(BATCH_MS, () => void this.flush());
  }

  /** Writes everything queued and resolves when it is written. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.join("");
      const notice = this.#dropped > 0 ? this.#describeDropped(this.#dropped) : "";
      this.#queue = [];
      this.#queuedCharacters = 0;
      this.#dropped = 0;
      await this.#sink(batch + notice);
    }
  }
}
