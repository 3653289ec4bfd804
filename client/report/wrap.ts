/** A line in as many lines of at most `width` columns as it takes, all but the first indented. */
export function wrap(line: string, width: number): string[] {
  if (Bun.stringWidth(line) <= width) return [line];
  const indent = line.startsWith(" ") ? "      " : "  ";
  const [first = "", ...more] = Bun.wrapAnsi(line.trimStart(), width - indent.length).split("\n");
  return [line.slice(0, line.length - line.trimStart().length) + first, ...more.map((rest) => indent + rest)];
}
