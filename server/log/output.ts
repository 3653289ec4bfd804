import { print } from "../../lib/cli/output.ts";
import { StatusLine } from "../../lib/terminal.ts";
import type { EndReport, LogFormat, StartReport, StatsReport } from "../telemetry/event.ts";
import { LogFile } from "./file.ts";
import { formatOf, type LogStyle } from "./style.ts";
import { Log } from "./log.ts";
import type { ServerOptions } from "../options.ts";
import { renderStatus } from "./status-block.ts";

const terminal = {
  get columns(): number {
    return process.stdout.columns;
  },
  write: print,
};

type Asked = Pick<ServerOptions, "logFile" | "logFormat" | "stats" | "verbose" | "quiet">;

/** Where the server's log and its live figures go: a file, standard output, a block on the terminal. */
export class LogOutput {
  readonly log: Log;
  readonly style: LogStyle;
  readonly #format: LogFormat;
  readonly #file: LogFile | undefined;
  readonly #block: StatusLine<Promise<void>> | undefined;
  readonly #started = Promise.withResolvers<void>();

  private constructor(options: Asked, file: LogFile | undefined) {
    const isTerminal = process.stdout.isTTY;
    this.#file = file;
    this.style = options.logFormat === "json" ? { kind: "json" } : { kind: "text", isDated: !isTerminal || !!file };
    this.#format = formatOf(this.style);
    this.#block = options.stats && isTerminal ? new StatusLine(terminal) : undefined;
    this.log = new Log(this.#format, options, (text) => this.#write(text));
  }

  /** @throws UsageError when the log file cannot be written */
  static async open(options: Asked): Promise<LogOutput> {
    return new LogOutput(options, options.logFile === undefined ? undefined : await LogFile.open(options.logFile));
  }

  /** Writes lines that another process has made, after the banner; settles when the reader has taken them. */
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

  /** Goes on in a new log file of the same name. */
  async reopen(): Promise<void> {
    await this.#file?.reopen();
  }

  /** Whoever started the server sees that it is up, also when the log goes to a file. */
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
