import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../lib/units.ts";
import type { StatsReport } from "../telemetry/event.ts";

/** Live figures in a few lines, each cut to `width` columns. */
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

/** Where the block is drawn. */
export interface StatusTerminal {
  readonly columns: number;
  print(text: string): Promise<void>;
}

/** Lines that stay below whatever else is written to the terminal, and are redrawn in place. */
export class StatusBlock {
  readonly #terminal: StatusTerminal;
  #lines: readonly string[] = [];

  constructor(terminal: StatusTerminal) {
    this.#terminal = terminal;
  }

  /** Writes text, which ends with a line break, above the block. */
  write(text: string): Promise<void> {
    return this.#terminal.print(this.#wiped() + text + this.#drawn());
  }

  /** Shows other figures. */
  update(report: StatsReport): void {
    const wiped = this.#wiped();
    this.#lines = renderStatus(report, Math.max(this.#terminal.columns - 1, 10));
    void this.#terminal.print(wiped + this.#drawn());
  }

  /** Takes the block away. */
  clear(): void {
    const wiped = this.#wiped();
    this.#lines = [];
    void this.#terminal.print(wiped);
  }

  /** Moves up to the first line, and erases from there to the end of the screen. */
  #wiped(): string {
    if (this.#lines.length === 0) return "";
    // A terminal that has become narrower since has wrapped them.
    const rowsOf = (line: string): number => Math.max(1, Math.ceil(Bun.stringWidth(line) / this.#terminal.columns));
    const rows = this.#lines.reduce((sum, line) => sum + rowsOf(line), 0);
    return `\r\u001b[${rows}A\u001b[J`;
  }

  #drawn(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}
