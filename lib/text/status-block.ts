import { colors } from "consola/utils";
import { sparkline } from "./sparkline.ts";

/** A row of live figures. */
export interface StatusRow {
  readonly name: string;
  readonly figures: string;
  /** shown as a sparkline beside the figures, the newest last; null is no value */
  readonly series?: ReadonlyArray<number | null>;
}

/** Columns that a sparkline is worth, and takes at most. */
const SPARK_COLUMNS = { least: 8, most: 60 };

/** The width of figures is rounded up to this, so that the sparklines beside them stay where they are. */
const FIGURES_STEP = 8;

/**
 * Live figures in a few lines: a heading, a line for each row, and an empty one on which the cursor rests.
 * @param columns of the terminal
 */
export function renderStatusBlock(heading: string, rows: readonly StatusRow[], columns: number): string[] {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const longest = Math.max(0, ...rows.map(({ figures, series }) => (series ? Bun.stringWidth(figures) : 0)));
  const figuresWidth = Math.ceil((longest + 2) / FIGURES_STEP) * FIGURES_STEP;
  const room = columns - 1 - nameWidth - figuresWidth;
  const sparkWidth = room < SPARK_COLUMNS.least ? 0 : Math.min(room, SPARK_COLUMNS.most);
  const lines = rows.map(({ name, figures, series = [] }) => {
    const spark = sparkline(series, sparkWidth);
    const padding = spark === "" ? "" : " ".repeat(figuresWidth - Bun.stringWidth(figures));
    return `${name.padEnd(nameWidth)}${figures}${padding}${spark && colors.cyan(spark)}`;
  });
  return [`── ${heading} ──`, ...lines, ""];
}
