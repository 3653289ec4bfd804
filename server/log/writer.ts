import { eventLoopTimers, type Timers } from "../../lib/timers.ts";

/** Writes a batch of text and settles when the reader has taken it. */
export type BatchSink = (text: string) => Promise<void>;

/** Lines gather this long before they are written together. */
const GATHER_MS = 20;

/** Text that may wait for a slow reader; above it lines are dropped and counted. */
const BACKLOG_CHARACTERS = 8 * 1024 * 1024;

/**
 * Gathers lines and writes them in batches, one at a time, so that neither many lines nor a reader that is slow
 * holds up whoever logs.
 */
export class LogWriter {
  readonly #sink: BatchSink;
  readonly #describeDropped: (lines: number) => string;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #dropped = 0;
  readonly #timers: Timers;
  #cancelTimer: (() => void) | undefined;
  #writing: Promise<void> | undefined;

  /** @param describeDropped the line that stands for lines that were dropped */
  constructor(sink: BatchSink, describeDropped: (lines: number) => string, timers: Timers = eventLoopTimers) {
    this.#sink = sink;
    this.#timers = timers;
    this.#describeDropped = describeDropped;
  }

  /** Takes a line, line break included, to be written soon. */
  write(line: string): void {
    if (this.#waitingCharacters + line.length > BACKLOG_CHARACTERS) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#waitingCharacters += line.length;
    if (!this.#writing) this.#cancelTimer ??= this.#timers.after(GATHER_MS, () => void this.flush());
  }

  /** Writes everything that waits and settles when the reader has taken it. */
  async flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.join("");
      const notice = this.#dropped > 0 ? this.#describeDropped(this.#dropped) : "";
      this.#waiting = [];
      this.#waitingCharacters = 0;
      this.#dropped = 0;
      await this.#sink(batch + notice);
    }
  }
}
