import { harmless } from "../../lib/text/harmless.ts";
import { formatCount, formatDuration, formatLatency, plural } from "../../lib/text/format-units.ts";
import { verdictLine } from "../report/answer.ts";
import { row, wrap } from "../report/report-lines.ts";
import type { SoakEvent } from "./events.ts";
import type { IdleTrial } from "./idle-scan.ts";
import type { IdleScanResult, SoakResult } from "./result.ts";
import type { SoakFigures } from "./summary.ts";

/** Events that the report shows, the latest ones. */
const SHOWN_EVENTS = 12;

const two = (value: number): string => String(value).padStart(2, "0");

/** Local date and time. */
function stamp(at: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** An event as a log line; undefined for events that are not logged. */
export function renderEvent(foreign: SoakEvent): string | undefined {
  const event = harmless(foreign);
  switch (event.kind) {
    case "break": {
      const age = event.ageMs === null ? "" : ` (up for ${formatDuration(event.ageMs)})`;
      return `[${stamp(event.at)}] BREAK - connection ${event.connection}: ${event.message}${age}`;
    }
    case "recover": {
      const tries = event.failedConnects > 0 ? ` and ${plural(event.failedConnects, "failed connect")}` : "";
      return `[${stamp(event.at)}] RECOVER - connection ${event.connection}: after ${formatDuration(event.outageMs)}${tries}`;
    }
    case "stall":
      return `[${stamp(event.at)}] STALL - connection ${event.connection}: an echo took ${formatDuration(event.tookMs)}`;
    case "bad-close":
      return `[${stamp(event.at)}] CLOSE - connection ${event.connection}: ${event.message}`;
    case "start":
    case "up":
    case "tick":
    case "end":
      return undefined;
  }
}

/** A trial of the idle scan as a line. */
export function renderTrial(foreign: IdleTrial): string {
  const trial = harmless(foreign);
  const idle = formatDuration(trial.idleMs);
  return trial.kind === "alive" ? `idle for ${idle}: good` : `idle for ${idle}: ${trial.how}`;
}

/** The progress line of a soak. @param width columns */
export function renderSoakProgress(figures: SoakFigures, connections: number): string {
  const { observedMs, echoed, breaks, stalls, outages, rttNs } = figures;
  const cells = [
    formatDuration(Math.floor(observedMs / 1_000) * 1_000).replace(/^0ms$/, "0s"),
    `up ${formatCount(connections - outages.openNow)} of ${formatCount(connections)}`,
    plural(echoed, "echo").replace("echos", "echoes"),
    ...(rttNs.count > 0 ? [`p50 ${formatLatency(rttNs.p50)}`, `max ${formatLatency(rttNs.max)}`] : []),
    plural(breaks.total, "break"),
    plural(stalls.total, "stall"),
  ];
  return cells.join("  ");
}

/** With as many decimals as the nines need, so that a soak with breaks never shows 100 %. */
function availabilityText({ availability, nines }: SoakResult): string {
  const percent = availability * 100;
  const digits = nines === null ? 0 : Math.min(6, Math.max(2, Math.ceil(nines)));
  const text = `${percent.toFixed(digits)} %`;
  return nines === null ? text : `${text}  ${nines.toFixed(1)} nines`;
}

function outageRows({ outages, mtbfMs, breaks, stalls }: SoakResult): string[] {
  const causes = Object.entries(breaks.byCause).map(([cause, count]) => `${cause} ${formatCount(count)}`);
  return [
    ...(breaks.total > 0
      ? [
          row("Breaks", formatCount(breaks.total), causes.join(", ")),
          row("Outages", `longest ${formatDuration(outages.longestMs)}`, `${formatDuration(outages.totalMs)} in all`),
          row("MTBF", formatDuration(mtbfMs ?? 0)),
        ]
      : []),
    ...(stalls.total > 0
      ? [row("Stalls", formatCount(stalls.total), `longest ${formatDuration(stalls.longestMs)}`)]
      : []),
  ];
}

/**
 * The result of a soak as text.
 * @param width columns
 * @param showsEvents whether to include the latest events, because they were not shown before
 */
export function renderSoak(foreign: SoakResult, width: number, showsEvents: boolean): string {
  const result = harmless(foreign);
  const { rttNs, heartbeats, sessions, isComplete, events, advice } = result;
  const shown = (showsEvents ? events : []).slice(-SHOWN_EVENTS).map((event) => renderEvent(event) ?? "");
  const notes = [
    ...(sessions > 1 ? [`${formatCount(sessions)} sessions, without the time between them`] : []),
    ...(isComplete ? [] : ["the last session did not end normally: it was killed, or the machine went down"]),
  ];
  const rtt = [`p50 ${formatLatency(rttNs.p50)}`, `p99 ${formatLatency(rttNs.p99)}`, `max ${formatLatency(rttNs.max)}`];
  const lines = [
    verdictLine(result),
    ...advice.map((line) => `  ${line}`),
    "",
    row("Target", result.target, plural(result.connections, "connection")),
    row("Watched", formatDuration(result.observedMs), ...notes),
    row("Available", availabilityText(result)),
    ...outageRows(result),
    row("Heartbeats", `${formatCount(heartbeats.sent)} sent`, `${formatCount(heartbeats.echoed)} came back`),
    ...(rttNs.count > 0 ? [row("Round trip", ...rtt)] : []),
    ...(shown.length > 0 ? ["", ...shown] : []),
  ];
  return `${lines.flatMap((line) => wrap(line, width)).join("\n")}\n`;
}

/** The result of `--idle-scan` as text. @param width columns */
export function renderIdleScan(foreign: IdleScanResult, width: number): string {
  const result = harmless(foreign);
  const lines = [
    verdictLine(result),
    ...result.advice.map((line) => `  ${line}`),
    "",
    row("Target", result.target),
    row("Scanned", `for ${formatDuration(result.durationMs)}`),
  ];
  return `${lines.flatMap((line) => wrap(line, width)).join("\n")}\n`;
}
