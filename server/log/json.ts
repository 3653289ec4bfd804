import type { LogFormat } from "../telemetry/event.ts";

const line = (timeMs: number, event: string, fields: object): string =>
  `${JSON.stringify({ time: new Date(timeMs).toISOString(), event, ...fields })}\n`;

/** One JSON object a line, each with `time` (ISO 8601, UTC) and `event`. */
export function createJsonFormat(): LogFormat {
  return {
    start: (timeMs, report) => line(timeMs, "LISTEN", report),
    event: (timeMs, { kind, ...fields }) => line(timeMs, kind, fields),
    stats(timeMs, { counters, sample, uptimeMs }) {
      const { timeMs: _, active: __, ...rates } = sample;
      return line(timeMs, "STATS", { uptimeMs, ...counters, ...rates });
    },
    dropped: (timeMs, lines) => line(timeMs, "DROPPED", { lines }),
    end: (timeMs, report) => line(timeMs, "STOP", report),
  };
}
