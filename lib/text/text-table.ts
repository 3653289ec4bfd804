const spacesFor = (text: string, columns: number): string => " ".repeat(Math.max(0, columns - Bun.stringWidth(text)));

/** Pads text on the right to a display width: colours have none, wide characters have 2 columns. */
export const alignLeft = (text: string, columns: number): string => text + spacesFor(text, columns);

/** Pads text on the left to a display width. */
export const alignRight = (text: string, columns: number): string => spacesFor(text, columns) + text;

/** A table in characters: the first column is aligned left, the others right. */
export function renderTable(header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => Bun.stringWidth(row[i] ?? ""))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? alignLeft : alignRight)(cell, widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}
