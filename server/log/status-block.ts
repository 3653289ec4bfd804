import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../lib/units.ts";
import type { StatsReport } from "../telemetry/sample.ts";

/** Renders the live figures as a few lines, each cut to `width` columns. */
export function renderStatus({ counters, sample, uptimeMs }: StatsReport, width: number): string[] {
  const { connections, active, peak, rejected, timedOut, errors, bytesIn, bytesOut } = counters;
  const count = formatCount;
  const seconds = Math.floor(uptimeMs / 1_000) * 1_000;
  const lines = [
    `── up ${seconds === 0 ? "0s" : formatDuration(seconds)} ──`,
    `Connections  ${count(active)} active, ${count(connections)} total, ${count(sample.connectionsPerSecond)}/s, peak ${count(peak)}`,
    `Received     ${formatByteRate(sample.bytesInPerSecond)}, ${formatBytes(bytesIn)} in all`,
    `Echoed       ${formatByteRate(sample.bytesOutPerSecond)}, ${formatBytes(bytesOut)} in all`,
    `Trouble      ${count(rejected)} rejected, ${count(timedOut)} timed out, ${count(errors)} errors`,
  ];
  return lines.map((line) => Bun.sliceAnsi(line, 0, width));
}

/** The terminal that the block is drawn on. */
export interface StatusTerminal {
  readonly columns: number;
  print(text: string): Promise<void>;
}

/** Lines that stay at the bottom of the terminal, below the log, and are redrawn in place. */
export class StatusBlock {
  readonly #terminal: StatusTerminal;
  #lines: readonly string[] = [];

  constructor(terminal: StatusTerminal) {
    this.#terminal = terminal;
  }

  /** Writes text above the block. The text ends with a line break. */
  write(text: string): Promise<void> {
    return this.#terminal.print(this.#eraseSequence() + text + this.#blockText());
  }

  /** Shows new figures. */
  update(report: StatsReport): void {
    const erase = this.#eraseSequence();
    this.#lines = renderStatus(report, Math.max(this.#terminal.columns - 1, 10));
    void this.#terminal.print(erase + this.#blockText());
  }

  /** Removes the block. */
  clear(): void {
    const erase = this.#eraseSequence();
    this.#lines = [];
    void this.#terminal.print(erase);
  }

  /** The control sequence that moves up to the block's first line and erases from there to the end of the screen. */
  #eraseSequence(): string {
    if (this.#lines.length === 0) return "";
    // The terminal wraps the lines when it becomes narrower.
    const rowsOf = (line: string): number => Math.max(1, Math.ceil(Bun.stringWidth(line) / this.#terminal.columns));
    const rows = this.#lines.reduce((sum, line) => sum + rowsOf(line), 0);
    return `\r\u001b[${rows}A\u001b[J`;
  }

  #blockText(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}
