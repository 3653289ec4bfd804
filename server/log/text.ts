import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../lib/units.ts";
import type { EndReport, LogEvent, LogFormat, StartReport, StatsReport } from "../telemetry/event.ts";

const two = (value: number): string => String(value).padStart(2, "0");

function clockText(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function dateText(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockText(date)}`;
}

/** The local time of a line, made once a second however many lines that second has. */
function createStamp(isDated: boolean): (timeMs: number) => string {
  let second = Number.NaN;
  let stamp = "";
  return (timeMs) => {
    const current = Math.floor(timeMs / 1_000);
    if (current !== second) {
      const date = new Date(timeMs);
      second = current;
      stamp = isDated ? dateText(date) : clockText(date);
    }
    return stamp;
  };
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}s`;

function describe(event: LogEvent, isDated: boolean): string {
  switch (event.kind) {
    case "CONNECT":
      return event.client;
    case "DATA":
      return `RX: ${event.rxBytes} bytes, TX: ${event.txBytes} bytes${isDated ? ` (${event.client})` : ""}`;
    case "DISCONNECT":
      return `${event.client} (${seconds(event.connectedMs)} connected, RX: ${event.rxBytes} bytes, TX: ${event.txBytes} bytes)`;
    case "REJECT":
      return `${event.client} (${event.reason})`;
    case "TIMEOUT":
      return `${event.client} (idle for ${seconds(event.idleMs)})`;
    case "ERROR":
      return `${event.client} (${event.message})`;
    case "RELOAD":
      return event.message;
    case "WORKER":
      return `${event.worker} ${event.message}`;
  }
}

function summary(report: EndReport): string {
  const { connections, peak, rejected, timedOut, errors } = report;
  const counts = [
    `${formatCount(connections)} total`,
    `peak ${formatCount(peak)}`,
    `${formatCount(rejected)} rejected`,
  ];
  counts.push(`${formatCount(timedOut)} timed out`, `${formatCount(errors)} errors`);
  const cut = report.cut > 0 ? [`Cut          ${report.cut} with echoes unsent when the grace period was over`] : [];
  return [
    "",
    `Stopped after ${formatDuration(report.uptimeMs)}`,
    `Connections  ${counts.join(", ")}`,
    `Data         ${formatBytes(report.bytesIn)} received, ${formatBytes(report.bytesOut)} echoed`,
    ...cut,
    "",
  ].join("\n");
}

function describeStats({ counters, sample }: StatsReport): string {
  const { active, connections, rejected, timedOut, errors } = counters;
  const rates = `RX: ${formatByteRate(sample.bytesInPerSecond)}, TX: ${formatByteRate(sample.bytesOutPerSecond)}`;
  return `${active} active, ${connections} total, ${rates}, ${rejected} rejected, ${timedOut} timed out, ${errors} errors`;
}

function banner(report: StartReport): string {
  const lines = [
    `Echo Server v${report.version}`,
    `Listening on ${report.endpoint}`,
    "Press Ctrl+C to stop",
    ...report.notes,
  ];
  return `${lines.join("\n")}\n\n`;
}

/**
 * Lines for people.
 * @param isDated with the date and the client in every line, for files and pipes; otherwise as short as a terminal likes
 */
export function createTextFormat(isDated: boolean): LogFormat {
  const stamp = createStamp(isDated);
  return {
    start: (_timeMs, report) => banner(report),
    event: (timeMs, event) => `[${stamp(timeMs)}] ${event.kind} - ${describe(event, isDated)}\n`,
    stats: (timeMs, report) => `[${stamp(timeMs)}] STATS - ${describeStats(report)}\n`,
    dropped: (timeMs, lines) =>
      `[${stamp(timeMs)}] ERROR - ${lines} log lines dropped: the reader of this log is too slow\n`,
    end: (_timeMs, report) => summary(report),
  };
}
