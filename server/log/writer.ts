import { eventLoopTimers, type Timers } from "../../lib/timers.ts";

/** Writes a batch of text. Settles with whether it was written, and never rejects. */
export type BatchSink = (text: string) => Promise<boolean>;

/** How long lines are collected before they are written together. */
const BATCH_MS = 20;

/** Text that may be queued for a slow reader; lines above that are dropped and counted. */
const QUEUE_LIMIT_CHARACTERS = 8 * 1024 * 1024;

/**
 * Collects lines and writes them in batches, one batch at a time, so that logging never blocks: neither when there are
 * many lines, nor when their reader is slow. Lines that are lost are counted, and the next batch that is written says so.
 */
export class LogWriter {
  readonly #sink: BatchSink;
  readonly #describeDropped: (lines: number) => string;
  #queue: string[] = [];
  #queuedCharacters = 0;
  #dropped = 0;
  readonly #timers: Timers;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<boolean> | undefined;

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
    this.#add(line);
    if (!this.#writing) this.#cancelTimer ??= this.#timers.after(BATCH_MS, () => void this.flush());
  }

  /** Writes text that is queued however much waits already. @returns see `flush` */
  writeLast(text: string): Promise<boolean> {
    this.#add(text);
    return this.flush();
  }

  #add(text: string): void {
    this.#queue.push(text);
    this.#queuedCharacters += text.length;
  }

  /** Writes everything queued. Settles with whether all of it was written. */
  flush(): Promise<boolean> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#queue.length > 0) this.#writing ??= this.#writeAll();
    return this.#writing ?? Promise.resolve(true);
  }

  async #writeAll(): Promise<boolean> {
    let isWritten = true;
    while (this.#queue.length > 0) {
      const lines = this.#queue;
      const dropped = this.#dropped;
      const notice = dropped > 0 ? this.#describeDropped(dropped) : "";
      this.#queue = [];
      this.#queuedCharacters = 0;
      this.#dropped = 0;
      isWritten = await this.#sink(lines.join("") + notice);
      if (!isWritten) this.#dropped += dropped + lines.length;
    }
    // Not in a callback of the promise: what is queued before that runs would stay in the queue.
    this.#writing = undefined;
    return isWritten;
  }
}
