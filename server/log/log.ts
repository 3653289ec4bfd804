import type { EndReport, LogEvent, LogFormat, StartReport, StatsReport } from "../telemetry/event.ts";
import { type BatchSink, LogWriter } from "./writer.ts";
import { eventLoopTimers, type Timers } from "../../lib/timers.ts";

/** Which events a log leaves out. */
export interface LogLevel {
  /** with DATA */
  readonly verbose: boolean;
  /** without CONNECT and DISCONNECT */
  readonly quiet: boolean;
}

/** The server's log: stamps events, gives them their format and hands them to the writer. */
export class Log {
  readonly isVerbose: boolean;
  readonly #isQuiet: boolean;
  readonly #format: LogFormat;
  readonly #writer: LogWriter;
  readonly #now: () => number;
  /** told of every event, whatever the level */
  onEvent: ((timeMs: number, event: LogEvent) => void) | undefined;

  /** @param now wall clock, ms since 1970 */
  constructor(
    format: LogFormat,
    level: LogLevel,
    sink: BatchSink,
    timers: Timers = eventLoopTimers,
    now: () => number = Date.now,
  ) {
    this.isVerbose = level.verbose;
    this.#isQuiet = level.quiet;
    this.#format = format;
    this.#writer = new LogWriter(sink, (lines) => format.dropped(now(), lines), timers);
    this.#now = now;
  }

  start(report: StartReport): void {
    this.#writer.write(this.#format.start(this.#now(), report));
  }

  event(event: LogEvent): void {
    const timeMs = this.#now();
    this.onEvent?.(timeMs, event);
    if (this.#isQuiet && (event.kind === "CONNECT" || event.kind === "DISCONNECT")) return;
    this.#writer.write(this.#format.event(timeMs, event));
  }

  stats(report: StatsReport): void {
    this.#writer.write(this.#format.stats(this.#now(), report));
  }

  /** Settles when everything is written. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Writes the summary and settles when everything is written. */
  async end(report: EndReport): Promise<void> {
    this.#writer.write(this.#format.end(this.#now(), report));
    await this.flush();
  }
}
