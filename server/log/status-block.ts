import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../lib/text/format-units.ts";
import type { StatsReport } from "../telemetry/sample.ts";

/** Live figures in a few lines, and an empty one on which the cursor rests. */
export function renderStatus({ counters, sample, uptimeMs }: StatsReport): string[] {
  const { connections, active, peak, rejected, timedOut, errors, bytesIn, bytesOut } = counters;
  const count = formatCount;
  const seconds = Math.floor(uptimeMs / 1_000) * 1_000;
  return [
    `── up ${seconds === 0 ? "0s" : formatDuration(seconds)} ──`,
    `Connections  ${count(active)} active, ${count(connections)} total, ${count(sample.connectionsPerSecond)}/s, peak ${count(peak)}`,
    `Received     ${formatByteRate(sample.bytesInPerSecond)}, ${formatBytes(bytesIn)} in all`,
    `Echoed       ${formatByteRate(sample.bytesOutPerSecond)}, ${formatBytes(bytesOut)} in all`,
    `Trouble      ${count(rejected)} rejected, ${count(timedOut)} timed out, ${count(errors)} errors`,
    "",
  ];
}
