/** Lines at the bottom of a terminal, below all other text. */
export interface Footer {
  /** What to write so that the text, which ends with a line break, appears above the lines. */
  above(text: string): string;
  clear(): void;
}

/** A terminal, such as standard error. */
export interface Terminal {
  /** 0 when unknown */
  readonly columns: number;
  /** whether it has not taken all earlier text yet */
  readonly isWaiting: boolean;
  /** what all other text is written above */
  footer: Footer | undefined;
  /** Writes text as it is, which may move the cursor. */
  draw(text: string): unknown;
}

/** The width of a terminal that does not know it. */
const USUAL_COLUMNS = 80;

/** A line cut to a display width; `Bun.sliceAnsi` alone keeps a wide character that crosses the end. */
function cutToWidth(line: string, width: number): string {
  const cut = Bun.sliceAnsi(line, 0, width);
  return Bun.stringWidth(cut) > width ? Bun.sliceAnsi(line, 0, width - 1) : cut;
}

/** Lines in place of others, of which only what is longer is erased: nothing is blank meanwhile, and so flickers. */
const overwriting = (lines: readonly string[]): string => `${lines.join("\u001b[K\n")}\u001b[J`;

/** Lines that stay below whatever else is written to a terminal, and are redrawn in place. */
export class StatusLine implements Footer, Disposable {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];
  #drawnColumns = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  above(text: string): string {
    return this.#erasure() + text + this.#text();
  }

  /**
   * Shows other lines, each cut to the terminal's width. The cursor stays at the end of the last one. A terminal that has
   * not taken earlier text gets none: they would be old when it takes them.
   */
  update(lines: readonly string[]): void {
    if (this.#terminal.isWaiting) return;
    const columns = this.columns;
    // The last column stays free: some terminals wrap as soon as it is written.
    const cut = lines.map((line) => cutToWidth(line, Math.max(columns - 1, 1)));
    const isWrapped = columns < this.#drawnColumns;
    const isSame = columns === this.#drawnColumns && cut.join("\n") === this.#text();
    const drawing = isWrapped ? this.#erasure() + cut.join("\n") : this.#toStart() + overwriting(cut);
    this.#drawnColumns = columns;
    this.#lines = cut;
    this.#terminal.footer = this;
    if (!isSame) this.#terminal.draw(drawing);
  }

  /** Removes the lines; the cursor is back where the first one began. */
  clear(): void {
    const erasure = this.#erasure();
    this.#lines = [];
    if (this.#terminal.footer === this) this.#terminal.footer = undefined;
    if (erasure !== "") this.#terminal.draw(erasure);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  /** Columns of the terminal, the usual ones when unknown. */
  get columns(): number {
    return this.#terminal.columns || USUAL_COLUMNS;
  }

  /** Moves to the start of the first line and erases from there to the end of the screen. */
  #erasure(): string {
    return this.#lines.length === 0 ? "" : `${this.#toStart()}\u001b[J`;
  }

  /** Moves to the start of the first line. */
  #toStart(): string {
    if (this.#lines.length === 0) return "";
    // A terminal that has become narrower since has wrapped the lines.
    const rowsOf = (line: string): number => Math.max(1, Math.ceil(Bun.stringWidth(line) / this.columns));
    const rowsAbove = this.#lines.reduce((sum, line) => sum + rowsOf(line), -1);
    return `\r${rowsAbove > 0 ? `\u001b[${rowsAbove}A` : ""}`;
  }

  #text(): string {
    return this.#lines.join("\n");
  }
}
