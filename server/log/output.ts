import { StatusLine } from "../../lib/terminal.ts";
import { print } from "../../lib/cli/output.ts";
import type { StatsReport } from "../telemetry/sample.ts";
import { LogFile } from "./file.ts";
import { createFormat, type EndReport, type LogFormat, type LogStyle, type StartReport } from "./format.ts";
import { Log, type LogLevel } from "./log.ts";
import { renderStatus } from "./status-block.ts";

/** What the log's output depends on. */
export interface LogOptions extends LogLevel {
  /** standard output when undefined */
  readonly logFile?: string | undefined;
  readonly logFormat: LogStyle["kind"];
  /** whether live figures are shown */
  readonly stats: boolean;
}

const terminal = {
  get columns(): number {
    return process.stdout.columns;
  },
  write: print,
};

/** Where the log and the live figures go: a file, standard output, or a block of lines on the terminal. */
export class LogOutput {
  readonly log: Log;
  readonly style: LogStyle;
  readonly #format: LogFormat;
  readonly #file: LogFile | undefined;
  readonly #block: StatusLine<Promise<void>> | undefined;
  readonly #started = Promise.withResolvers<void>();

  private constructor(options: LogOptions, file: LogFile | undefined) {
    const isTerminal = process.stdout.isTTY;
    this.#file = file;
    this.style = options.logFormat === "json" ? { kind: "json" } : { kind: "text", isDated: !isTerminal || !!file };
    this.#format = createFormat(this.style);
    this.#block = options.stats && isTerminal ? new StatusLine(terminal) : undefined;
    this.log = new Log(this.#format, options, (text) => this.#write(text));
  }

  /** @throws UsageError when the log file cannot be written */
  static async open(options: LogOptions): Promise<LogOutput> {
    return new LogOutput(options, options.logFile === undefined ? undefined : await LogFile.open(options.logFile));
  }

  /** Writes lines that a worker has formatted, after the banner. Resolves when they are written. */
  async append(text: string): Promise<void> {
    await this.#started.promise;
    await this.#write(text);
  }

  #write(text: string): Promise<void> {
    return (this.#file ?? this.#block)?.write(text) ?? print(text);
  }

  get hasFile(): boolean {
    return this.#file !== undefined;
  }

  /** Closes the log file and opens its path again, after log rotation has moved the file. */
  async reopen(): Promise<void> {
    await this.#file?.reopen();
  }

  /** Writes the banner, with a log file also to standard output, where the user sees that the server is up. */
  async start(report: StartReport): Promise<void> {
    this.log.start(report);
    await this.log.flush();
    this.#started.resolve();
    if (this.#file) await print(this.#format.start(Date.now(), report));
  }

  stats(report: StatsReport): void {
    if (this.#block) this.#block.update(renderStatus(report));
    else this.log.stats(report);
  }

  async end(report: EndReport): Promise<void> {
    this.#block?.clear();
    await this.log.end(report);
  }
}
