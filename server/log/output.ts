import { StatusLine } from "../../lib/process/terminal.ts";
import { checkDistinct, tryPrint } from "../../lib/process/output.ts";
import { standardOutput } from "../../lib/process/standard-streams.ts";
import { descriptorOf } from "../../lib/files/file-identity.ts";
import type { StatsReport } from "../telemetry/sample.ts";
import { LogFile } from "./file.ts";
import { createFormat, type EndReport, type LogFormat, type LogStyle, type StartReport } from "./format.ts";
import { Log, type LogLevel } from "./log.ts";
import { renderStatus } from "./status-block.ts";

/** What the log's output depends on. */
export interface LogOptions extends LogLevel {
  /** standard output when undefined, `-` or a name of it such as `/dev/stdout` */
  readonly logFile?: string | undefined;
  readonly logFormat: LogStyle["kind"];
  /** whether live figures are shown */
  readonly stats: boolean;
  /** ports of the services that do not echo */
  readonly discard?: number | undefined;
  readonly chargen?: number | undefined;
}

const isStandardOutput = (path: string): boolean => path === "-" || descriptorOf(path) === 1;

/** Where the log and the live figures go: a file, standard output, or a block of lines on the terminal. */
export class LogOutput {
  readonly log: Log;
  readonly style: LogStyle;
  readonly #format: LogFormat;
  readonly #file: LogFile | undefined;
  readonly #block: StatusLine | undefined;
  readonly #started = Promise.withResolvers<void>();

  private constructor(options: LogOptions, file: LogFile | undefined) {
    const { isTerminal } = standardOutput;
    this.#file = file;
    const echoesOnly = options.discard === undefined && options.chargen === undefined;
    this.style =
      options.logFormat === "json" ? { kind: "json" } : { kind: "text", isDated: !isTerminal || !!file, echoesOnly };
    this.#format = createFormat(this.style);
    this.#block = options.stats && standardOutput.canRedraw ? new StatusLine(standardOutput) : undefined;
    this.log = new Log(this.#format, options, (text) => this.#write(text));
  }

  /** @throws UsageError when the log file cannot be written, or is where standard output goes anyway */
  static async open(options: LogOptions): Promise<LogOutput> {
    const { logFile } = options;
    if (logFile === undefined || isStandardOutput(logFile)) return new LogOutput(options, undefined);
    checkDistinct([["--log-file", logFile]], [["standard output", "-"]]);
    return new LogOutput(options, await LogFile.open(logFile));
  }

  /** Writes lines that a worker has formatted, after the banner. Settles with whether they were written. */
  async append(text: string): Promise<boolean> {
    await this.#started.promise;
    return this.#write(text);
  }

  #write(text: string): Promise<boolean> {
    return this.#file ? this.#file.write(text) : tryPrint(text);
  }

  get hasFile(): boolean {
    return this.#file !== undefined;
  }

  /**
   * Closes the log file and opens its path again, after log rotation has moved the file.
   * @throws Error when it cannot; the old file stays in use
   */
  async reopen(): Promise<void> {
    await this.#file?.reopen();
  }

  /** Writes the banner, with a log file also to standard output, where the user sees that the server is up. */
  async start(report: StartReport): Promise<void> {
    this.log.start(report);
    await this.log.flush();
    this.#started.resolve();
    if (this.#file) await tryPrint(this.#format.start(Date.now(), report));
  }

  stats(report: StatsReport): void {
    if (this.#block) this.#block.update(renderStatus(report, this.#block.columns));
    else this.log.stats(report);
  }

  /** The summary, for where the log cannot take it. */
  describeEnd(report: EndReport): string {
    return this.#format.end(Date.now(), report);
  }

  /** Writes the summary. Settles with whether it was written. */
  end(report: EndReport): Promise<boolean> {
    this.#block?.clear();
    return this.log.end(report);
  }
}
