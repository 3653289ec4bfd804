import { colors } from "consola/utils";
import { asInvoked } from "../../lib/invocation.ts";
import { formatTime } from "../../lib/text/format-units.ts";
import { harmless } from "../../lib/text/harmless.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { describeLoad, loadOptionsOf } from "./load-options.ts";
import { renderVerdict } from "./report-findings.ts";
import { wrap } from "./report-lines.ts";
import { differencesOfRuns, figureRows, type NamedRun, pictureText, remarksOnRuns } from "./side-by-side.ts";

const numbers = (runs: readonly NamedRun[]): string[] => runs.map((_, i) => String(i + 1));

/** A table with a column for each run, in as many parts as the width makes necessary. */
function renderColumns(runs: readonly NamedRun[], rows: ReadonlyArray<readonly string[]>, width: number): string[] {
  const columns = numbers(runs);
  const render = (from: number, to: number): string =>
    renderTable(
      ["", ...columns.slice(from, to)],
      rows.map(([name = "", ...cells]) => [name, ...cells.slice(from, to)]),
    );
  const fits = (from: number, to: number): boolean => Bun.stringWidth(render(from, to).split("\n")[1] ?? "") <= width;
  const parts: string[] = [];
  for (let from = 0; from < columns.length;) {
    let to = from + 1;
    while (to < columns.length && fits(from, to + 1)) to++;
    parts.push(render(from, to));
    from = to;
  }
  return parts;
}

function renderNames(runs: readonly NamedRun[], width: number): string[] {
  return runs.flatMap(({ file, result }, i) => [
    ...wrap(`${colors.bold(String(i + 1))}  ${file}  ${renderVerdict(result)}`, width),
    ...wrap(colors.dim(`   ${formatTime(result.startedAt)}, ${describeLoad(loadOptionsOf(result))}`), width),
  ]);
}

/**
 * Several results beside each other, for people.
 * @param width columns to use
 */
export function renderSideBySide(foreign: readonly NamedRun[], width: number): string {
  const runs = foreign.map(({ file, result }) => harmless({ file, result }));
  const figures = figureRows(runs).map(({ name, cells }) => [
    name,
    ...cells.map((cell) => (cell ? [cell.text, cell.ratio].filter(Boolean).join(" ") : "–")),
  ]);
  const differences = differencesOfRuns(runs).map(({ name, values }) => [name, ...values]);
  const blocks = [
    [colors.bold("Side by side"), ...renderNames(runs, width)],
    ...renderColumns(runs, figures, width).map((part) => [part]),
    differences.length > 0
      ? ["They differ in", ...renderColumns(runs, differences, width)]
      : ["Load, machine and program are the same."],
    remarksOnRuns(runs).map((remark) => colors.yellow(remark)),
    wrap(asInvoked(pictureText), width),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}
