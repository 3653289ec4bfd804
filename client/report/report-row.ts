import { colors } from "consola/utils";

const LABEL_COLUMNS = 12;

/** A line that begins with what it tells of. */
export const row = (label: string, ...cells: readonly string[]): string =>
  `${colors.bold(label.padEnd(LABEL_COLUMNS))}${cells.filter(Boolean).join("  ")}`;
