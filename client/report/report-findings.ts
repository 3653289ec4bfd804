import { colors } from "consola/utils";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { KEPT_OUTAGES } from "../../lib/result/run-result.ts";
import { formatActual } from "../../lib/result/thresholds.ts";
import { formatCount, formatLatency, plural } from "../../lib/text/format-units.ts";
import { verdictLine } from "./answer.ts";
import { row } from "./report-lines.ts";

type Failure = DecodedResult["errors"]["first"][number];

function errorLines(kind: string, count: number, first: Failure | undefined): string[] {
  if (!first) return [`  ${colors.red(kind)} ${formatCount(count)}`];
  const offset = first.offset === null ? "" : ` at offset ${formatCount(first.offset)}`;
  const shard = first.shard === undefined ? "" : ` of shard ${first.shard}`;
  const where = `${count > 1 ? "first on " : ""}connection ${formatCount(first.connection ?? 0)}${shard}${offset}`;
  const bytes = first.actual === null ? [] : [`expected ${first.expected ?? "nothing"}`, `got      ${first.actual}`];
  return [
    `  ${colors.red(kind)} ${formatCount(count)}, ${where}:`,
    `    ${first.message}`,
    ...bytes.map((line) => `    ${line}`),
  ];
}

/** The errors by kind, with the first of each kind in full. */
export function renderErrors({ errors: { total, byKind, first } }: DecodedResult): string[] {
  if (total === 0) return [row("Errors", "none")];
  const kinds = Object.entries(byKind).flatMap(([kind, count]) =>
    errorLines(
      kind,
      count,
      first.find((failure) => failure.kind === kind),
    ),
  );
  return [row("Errors", colors.red(formatCount(total))), ...kinds];
}

/** Reasons to doubt the result. */
export const renderWarnings = (result: DecodedResult): string[] =>
  result.warnings.map(({ code, message, advice }) => `${colors.yellow(`Warning ${code}`)}: ${message}; ${advice}`);

/** The report lists this many; the result may have more. */
const SHOWN_OUTAGES = 10;

/** When connections were down. */
export function renderOutages({ outages: all }: DecodedResult): string[] {
  if (all.length === 0) return [];
  const lines = all.slice(0, SHOWN_OUTAGES).map(({ connection, cause, startMs, durationMs, failedConnects }) => {
    const length = durationMs === null ? "until the end" : `for ${formatLatency(durationMs * 1e6)}`;
    const tries = failedConnects === 0 ? "" : `, ${plural(failedConnects, "failed connect")}`;
    return `  ${(startMs / 1_000).toFixed(3)}s  connection ${formatCount(connection)}, ${cause}, ${length}${tries}`;
  });
  const more = all.length > lines.length ? [`  and ${formatCount(all.length - lines.length)} more`] : [];
  const count = `${formatCount(all.length)}${all.length < KEPT_OUTAGES ? "" : " or more, of which the result has the first"}`;
  return [row("Outages", count), ...lines, ...more];
}

/** The thresholds of --expect, each with what was measured. */
export function renderThresholds({ expectations }: DecodedResult): string[] {
  if (expectations.length === 0) return [];
  const width = Math.max(...expectations.map(({ expression }) => Bun.stringWidth(expression)));
  const rows = expectations.map((judgement) => {
    const mark = judgement.ok ? colors.green("kept  ") : colors.red("broken");
    return `  ${mark}  ${judgement.expression.padEnd(width)}  ${formatActual(judgement)}`;
  });
  return [colors.bold("Expected"), ...rows];
}

/** The last line of the report. */
export const renderVerdict = ({ verdict, reason }: DecodedResult): string => verdictLine({ verdict, answer: reason });
