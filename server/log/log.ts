import { eventLoopTimers, type Timers } from "../../lib/timers.ts";
import type { LogEvent } from "../telemetry/event.ts";
import type { StatsReport } from "../telemetry/sample.ts";
import type { EndReport, LogFormat, StartReport } from "./format.ts";
import { type BatchSink, LogWriter } from "./writer.ts";

/** Which events a log has. */
export interface LogLevel {
  /** adds DATA */
  readonly verbose: boolean;
  /** leaves out CONNECT and DISCONNECT */
  readonly quiet: boolean;
}

/** The server's log: stamps and formats events, and passes the lines to the writer. */
export class Log {
  /** whether DATA is wanted: the caller checks this, so that a read without `--verbose` creates no event */
  readonly isVerbose: boolean;
  readonly #isQuiet: boolean;
  readonly #format: LogFormat;
  readonly #writer: LogWriter;
  readonly #now: () => number;
  /** called for every event, also for those that the level leaves out */
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

  /** Writes everything queued. Settles with whether all of it was written. */
  flush(): Promise<boolean> {
    return this.#writer.flush();
  }

  /** Writes the summary. Settles with whether it was written. */
  end(report: EndReport): Promise<boolean> {
    return this.#writer.writeLast(this.#format.end(this.#now(), report));
  }
}
