import { colors } from "consola/utils";

const LABEL_COLUMNS = 12;

/** A line that begins with a label. Empty cells are left out. */
export const row = (label: string, ...cells: readonly string[]): string =>
  `${colors.bold(label.padEnd(LABEL_COLUMNS))}${cells.filter(Boolean).join("  ")}`;

/** Breaks a line so that no part is wider than `width` columns; all parts but the first are indented. */
export function wrap(line: string, width: number): string[] {
  if (Bun.stringWidth(line) <= width) return [line];
  const indent = line.startsWith(" ") ? "      " : "  ";
  const [first = "", ...more] = Bun.wrapAnsi(line.trimStart(), width - indent.length).split("\n");
  return [line.slice(0, line.length - line.trimStart().length) + first, ...more.map((rest) => indent + rest)];
}
