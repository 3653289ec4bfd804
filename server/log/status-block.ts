import { formatByteRate, formatBytes, formatCount, formatDuration } from "../../lib/text/format-units.ts";
import { renderStatusBlock } from "../../lib/text/status-block.ts";
import type { StatsReport } from "../telemetry/sample.ts";

/** Live figures in a few lines. @param columns of the terminal */
export function renderStatus({ counters, sample, history, uptimeMs }: StatsReport, columns: number): string[] {
  const { connections, active, peak, rejected, timedOut, errors, bytesIn, bytesOut } = counters;
  const count = formatCount;
  const seconds = Math.floor(uptimeMs / 1_000) * 1_000;
  return renderStatusBlock(
    `up ${seconds === 0 ? "0s" : formatDuration(seconds)}`,
    [
      {
        name: "Connections",
        figures: `${count(active)} active, ${count(connections)} total, ${count(sample.connectionsPerSecond)}/s, peak ${count(peak)}`,
      },
      {
        name: "Received",
        figures: `${formatByteRate(sample.bytesInPerSecond)}, ${formatBytes(bytesIn)} in all`,
        series: history.map(({ bytesInPerSecond }) => bytesInPerSecond),
      },
      {
        name: "Echoed",
        figures: `${formatByteRate(sample.bytesOutPerSecond)}, ${formatBytes(bytesOut)} in all`,
        series: history.map(({ bytesOutPerSecond }) => bytesOutPerSecond),
      },
      {
        name: "Trouble",
        figures: `${count(rejected)} rejected, ${count(timedOut)} timed out, ${count(errors)} errors`,
      },
    ],
    columns,
  );
}
