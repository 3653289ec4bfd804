const levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * The last values as bars of one row, from 0 to the largest of them; null leaves a gap.
 * @param width columns to use
 */
export function sparkline(values: ReadonlyArray<number | null>, width: number): string {
  const shown = width > 0 ? values.slice(-width) : [];
  const highest = Math.max(0, ...shown.map((value) => value ?? 0));
  const levelOf = (value: number): string =>
    levels[Math.min(levels.length - 1, Math.floor((value / highest) * levels.length))] ?? "";
  return shown.map((value) => (value === null ? " " : highest === 0 ? "▁" : levelOf(value))).join("");
}
