import { colors } from "consola/utils";
import { standardError } from "../../lib/process/standard-streams.ts";
import { StatusLine, type Terminal } from "../../lib/process/terminal.ts";
import {
  formatByteRate,
  formatCount,
  formatDuration,
  formatLatency,
  formatShortCount,
} from "../../lib/text/format-units.ts";
import { visible } from "../../lib/text/harmless.ts";
import { renderStatusBlock, type StatusRow } from "../../lib/text/status-block.ts";
import { eventLoopTimers, repeat, type Timers } from "../../lib/timers.ts";
import { bar } from "../report/chart.ts";
import type { RunFigures, RunPoint } from "./live-message.ts";
import type { RunMonitor } from "./run-monitor.ts";

/** Only what is shown of the time changes more often than the figures do, which come with the rows. */
const REDRAW_MS = 250;

/** A narrower terminal gets one line. */
const BLOCK_COLUMNS = 60;

const BAR_COLUMNS = { least: 8, most: 60 };

/** Room beside the bar for most of what it says of the time, so that the bar keeps its length. */
const USUAL_TIME_COLUMNS = "12m 34s of 1h 00m 00s, 47m 26s left".length;

/** Whole seconds, as `12s` or `2m 05s`. */
function secondsText(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1_000) * 1_000;
  return seconds === 0 ? "0s" : formatDuration(seconds);
}

/** Time that is left, in seconds that have begun, as `18s`; undefined when nothing tells. */
const leftText = ({ leftMs }: RunFigures): string | undefined =>
  leftMs === null ? undefined : secondsText(Math.ceil(leftMs / 1_000) * 1_000);

/** The text, and what is left of the time. */
function withLeft(text: string, figures: RunFigures): string {
  const left = leftText(figures);
  return left === undefined ? text : `${text}, ${left} left`;
}

/** What the run is doing, and for how long. */
function timeText(figures: RunFigures): string {
  const { phase, elapsedMs, durationMs } = figures;
  const of = durationMs === null ? "" : ` of ${formatDuration(durationMs)}`;
  const time = `${secondsText(elapsedMs ?? 0)}${of}`;
  switch (phase) {
    case "connecting":
      return `connecting to ${visible(figures.target)}`;
    case "waiting":
      return withLeft("waiting for the start", figures);
    case "warm-up":
      return withLeft("warm-up", figures);
    case "measuring":
      return withLeft(time, figures);
    case "finishing":
    case "over":
      return `${time}, what is in flight comes back`;
  }
}

function headingOf(figures: RunFigures, columns: number): string {
  const text = timeText(figures);
  const textWidth = Math.max(Bun.stringWidth(text), USUAL_TIME_COLUMNS);
  const width = Math.min(columns - 1 - "──   ──".length - textWidth, BAR_COLUMNS.most);
  if (figures.phase === "connecting" || width < BAR_COLUMNS.least) return text;
  return `${colors.cyan(bar(figures.share, width).padEnd(width, "░"))} ${text}`;
}

const NONE = "–";

const latencyText = (ns: number | null | undefined): string => (ns ? formatLatency(ns) : NONE);

const errorText = (errors: number, text: string): string => (errors > 0 ? colors.red(text) : text);

/** A row for messages, one for each percentile, or in a stream, which has no messages, one for bytes. */
function loadRows(history: readonly RunPoint[], isStream: boolean): StatusRow[] {
  const last = history.at(-1);
  const bytes = last ? formatByteRate(last.bytesPerSecond) : NONE;
  if (isStream) return [{ name: "Rate", figures: bytes, series: history.map(({ bytesPerSecond }) => bytesPerSecond) }];
  return [
    {
      name: "Rate",
      figures: last ? `${formatCount(last.messagesPerSecond)} messages/s, ${bytes}` : NONE,
      series: history.map(({ messagesPerSecond }) => messagesPerSecond),
    },
    { name: "p50", figures: latencyText(last?.p50Ns), series: history.map(({ p50Ns }) => p50Ns) },
    {
      name: "p99",
      figures: last?.maxNs ? `${latencyText(last.p99Ns)}, max ${formatLatency(last.maxNs)}` : NONE,
      series: history.map(({ p99Ns }) => p99Ns),
    },
  ];
}

function renderBlock(figures: RunFigures, history: readonly RunPoint[], isStream: boolean, columns: number): string[] {
  const { errors, connections } = figures;
  const open = `${formatCount(connections.open)} of ${formatCount(connections.wanted)} connections open`;
  const rows = [
    ...loadRows(history, isStream),
    { name: "Errors", figures: `${errorText(errors, errors > 0 ? formatCount(errors) : "none")}, ${open}` },
  ];
  return renderStatusBlock(headingOf(figures, columns), rows, columns);
}

/** A figure in one line; where there is no room for all, those of least worth are left out. */
interface Cell {
  readonly text: string;
  readonly worth: number;
}

/** The cells of most worth that fit, in their order. */
function fitCells(cells: readonly Cell[], width: number): string {
  const line = cells.map(({ text }) => text).join(" ");
  if (Bun.stringWidth(line) <= width || cells.length <= 1) return line;
  const least = Math.min(...cells.map(({ worth }) => worth));
  return fitCells(
    cells.filter(({ worth }) => worth > least),
    width,
  );
}

function renderLine(figures: RunFigures, history: readonly RunPoint[], isStream: boolean, columns: number): string[] {
  const { phase, errors } = figures;
  if (phase === "connecting" || phase === "waiting" || phase === "warm-up") return [timeText(figures), ""];
  const last = history.at(-1);
  const left = leftText(figures);
  // Without the word, seconds that become fewer say it too.
  const leftCells =
    left === undefined
      ? []
      : [
          { text: left, worth: 3 },
          { text: "left", worth: 0 },
        ];
  const rate = isStream
    ? [{ text: last ? formatByteRate(last.bytesPerSecond) : NONE, worth: 4 }]
    : [
        { text: last ? `${formatShortCount(last.messagesPerSecond)}/s` : NONE, worth: 4 },
        { text: `p50 ${latencyText(last?.p50Ns).replace(" ", "")}`, worth: 1 },
        { text: `p99 ${latencyText(last?.p99Ns).replace(" ", "")}`, worth: 2 },
      ];
  const errorCell = { text: errorText(errors, `err ${formatShortCount(errors)}`), worth: 5 };
  return [fitCells([...leftCells, ...rate, errorCell], columns - 1), ""];
}

/**
 * The live figures of a run, and an empty line on which the cursor rests.
 * @param history the rows so far
 * @param columns of the terminal
 */
export function renderRunStatus(
  figures: RunFigures,
  history: readonly RunPoint[],
  isStream: boolean,
  columns: number,
): string[] {
  const render = columns < BLOCK_COLUMNS ? renderLine : renderBlock;
  return render(figures, history, isStream, columns);
}

/** Draws the figures on a terminal until disposed. */
export function showRunStatus(
  monitor: RunMonitor,
  isStream: boolean,
  terminal: Terminal = standardError,
  timers: Timers = eventLoopTimers,
): Disposable {
  const line = new StatusLine(terminal);
  const draw = (): void => line.update(renderRunStatus(monitor.figures(), monitor.history, isStream, line.columns));
  const end = repeat(timers, REDRAW_MS, draw);
  return {
    [Symbol.dispose]() {
      end();
      line.clear();
    },
  };
}
