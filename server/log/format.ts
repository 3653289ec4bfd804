import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../lib/text/format-units.ts";
import { toJson, visible } from "../../lib/text/harmless.ts";
import type { Engine } from "../../lib/loop/engine.ts";
import type { GrantedSocket } from "../../lib/posix/socket-options.ts";
import type { Counters } from "../telemetry/counters.ts";
import type { LogEvent } from "../telemetry/event.ts";
import { ratesOf, type StatsReport } from "../telemetry/sample.ts";

/** What the log starts with. */
export interface StartReport {
  readonly version: string;
  /** `0.0.0.0:7878` or the path of a socket file; of several the first */
  readonly endpoint: string;
  /** all of them */
  readonly endpoints: readonly string[];
  /** where discard and chargen listen */
  readonly discard?: string;
  readonly chargen?: string;
  readonly engine: Engine;
  /** what the kernel granted the sockets, null where it cannot be asked */
  readonly granted: GrantedSocket | null;
  /** such as which buffers the kernel granted, or that there is no authentication */
  readonly notes: readonly string[];
}

/** What the log ends with. */
export interface EndReport extends Counters {
  readonly uptimeMs: number;
  /** connections aborted with unsent echoes when the grace period was over */
  readonly cut: number;
}

/** Turns reports and events into text that ends with a line break. Times are in ms since 1970. */
export interface LogFormat {
  start(timeMs: number, report: StartReport): string;
  event(timeMs: number, event: LogEvent): string;
  stats(timeMs: number, report: StatsReport): string;
  /** `lines` were lost because they could not be written in time */
  dropped(timeMs: number, lines: number): string;
  end(timeMs: number, report: EndReport): string;
}

/** Which format a log has, as data that can be sent to another process. */
export type LogStyle =
  | { readonly kind: "json" }
  /**
   * `isDated`: date and client in every line, for files and pipes; without, short lines for a terminal. `echoesOnly`: all
   * that is sent comes back from a client
   */
  | { readonly kind: "text"; readonly isDated: boolean; readonly echoesOnly: boolean };

/** Creates the format of a style. */
export const createFormat = (style: LogStyle): LogFormat =>
  style.kind === "json" ? createJsonFormat() : createTextFormat(style);

const jsonLine = (timeMs: number, event: string, fields: object): string =>
  `${toJson({ time: new Date(timeMs).toISOString(), event, ...fields })}\n`;

/** One JSON object a line, each with `time` (ISO 8601, UTC) and `event`. */
const createJsonFormat = (): LogFormat => ({
  start: (timeMs, report) => jsonLine(timeMs, "LISTEN", report),
  event: (timeMs, { kind, ...fields }) => jsonLine(timeMs, kind, fields),
  stats: (timeMs, { counters, sample, uptimeMs }) =>
    jsonLine(timeMs, "STATS", { uptimeMs, ...counters, ...ratesOf(sample) }),
  dropped: (timeMs, lines) => jsonLine(timeMs, "DROPPED", { lines }),
  end: (timeMs, report) => jsonLine(timeMs, "STOP", report),
});

function createTextFormat({ isDated, echoesOnly }: Extract<LogStyle, { kind: "text" }>): LogFormat {
  const stamp = createStamp(isDated);
  return {
    start: (_timeMs, report) => banner(report),
    event: (timeMs, event) => `[${stamp(timeMs)}] ${event.kind} - ${visible(describeEvent(event, isDated))}\n`,
    stats: (timeMs, report) => `[${stamp(timeMs)}] STATS - ${describeStats(report)}\n`,
    dropped: (timeMs, lines) =>
      `[${stamp(timeMs)}] ERROR - ${lines} log lines dropped: they could not be written in time\n`,
    end: (_timeMs, report) => summary(report, echoesOnly),
  };
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

const clockText = (date: Date): string =>
  `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}:${twoDigits(date.getSeconds())}`;

const dateText = (date: Date): string =>
  `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${clockText(date)}`;

/** Formats local time. The text is cached for one second, since many lines share it. */
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

function banner(report: StartReport): string {
  const lines = [
    `Echo Server v${report.version}`,
    ...report.endpoints.map((endpoint) => `Listening on ${endpoint}`),
    ...(["discard", "chargen"] as const).flatMap((service) => {
      const endpoint = report[service];
      return endpoint === undefined ? [] : [`Listening on ${endpoint} for ${service}`];
    }),
    "Press Ctrl+C to stop",
    ...report.notes,
  ];
  return `${lines.map(visible).join("\n")}\n\n`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}s`;

function describeEvent(event: LogEvent, isDated: boolean): string {
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

function describeStats({ counters, sample }: StatsReport): string {
  const { active, connections, rejected, timedOut, errors } = counters;
  const rates = `RX: ${formatByteRate(sample.bytesInPerSecond)}, TX: ${formatByteRate(sample.bytesOutPerSecond)}`;
  return `${active} active, ${connections} total, ${rates}, ${rejected} rejected, ${timedOut} timed out, ${errors} errors`;
}

function summary({ uptimeMs, cut, bytesIn, bytesOut, ...counts }: EndReport, echoesOnly: boolean): string {
  const { connections, peak, rejected, timedOut, errors } = counts;
  const failures = `${formatCount(rejected)} rejected, ${formatCount(timedOut)} timed out, ${formatCount(errors)} errors`;
  const lines = [
    `Stopped after ${formatDuration(uptimeMs)}`,
    `Connections  ${formatCount(connections)} total, peak ${formatCount(peak)}, ${failures}`,
    `Data         ${formatBytes(bytesIn)} received, ${formatBytes(bytesOut)} ${echoesOnly ? "echoed" : "sent"}`,
    ...(cut > 0
      ? [`Cut          ${cut} with ${echoesOnly ? "echoes" : "bytes"} unsent when the grace period was over`]
      : []),
  ];
  return `\n${lines.join("\n")}\n`;
}
