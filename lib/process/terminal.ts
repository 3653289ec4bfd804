/** A terminal, such as standard error. */
export interface Terminal<R = unknown> {
  /** 0 when unknown */
  readonly columns: number;
  /** whether it has not taken all earlier text yet */
  readonly isWaiting: boolean;
  write(text: string): R;
}

/** The width of a terminal that does not know it. */
const USUAL_COLUMNS = 80;

/** A line cut to a display width; `Bun.sliceAnsi` alone keeps a wide character that crosses the end. */
function cutToWidth(line: string, width: number): string {
  const cut = Bun.sliceAnsi(line, 0, width);
  return Bun.stringWidth(cut) > width ? Bun.sliceAnsi(line, 0, width - 1) : cut;
}

/** Lines that stay below whatever else is written to a terminal, and are redrawn in place. */
export class StatusLine<R = unknown> implements Disposable {
  readonly #terminal: Terminal<R>;
  #lines: readonly string[] = [];

  constructor(terminal: Terminal<R>) {
    this.#terminal = terminal;
  }

  /** Writes text, which ends with a line break, above the lines. @returns what the terminal's `write` returns */
  write(text: string): R {
    return this.#terminal.write(this.#erasure() + text + this.#text());
  }

  /**
   * Shows other lines, each cut to the terminal's width. The cursor stays at the end of the last one. A terminal that has
   * not taken earlier text gets none: they would be old when it takes them.
   */
  update(lines: readonly string[]): void {
    if (this.#terminal.isWaiting) return;
    const erasure = this.#erasure();
    // The last column stays free: some terminals wrap as soon as it is written.
    const width = Math.max(this.#columns - 1, 1);
    this.#lines = lines.map((line) => cutToWidth(line, width));
    this.#terminal.write(erasure + this.#text());
  }

  /** Removes the lines; the cursor is back where the first one began. */
  clear(): void {
    const erasure = this.#erasure();
    this.#lines = [];
    if (erasure !== "") this.#terminal.write(erasure);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  get #columns(): number {
    return this.#terminal.columns || USUAL_COLUMNS;
  }

  /** Moves to the start of the first line and erases from there to the end of the screen. */
  #erasure(): string {
    if (this.#lines.length === 0) return "";
    // A terminal that has become narrower since has wrapped the lines.
    const rowsOf = (line: string): number => Math.max(1, Math.ceil(Bun.stringWidth(line) / this.#columns));
    const rowsAbove = this.#lines.reduce((sum, line) => sum + rowsOf(line), -1);
    return `\r${rowsAbove > 0 ? `\u001b[${rowsAbove}A` : ""}\u001b[J`;
  }

  #text(): string {
    return this.#lines.join("\n");
  }
}
