import type { LatencyBar } from "../../lib/latency/histogram.ts";
import { formatCount, formatLatency } from "../../lib/text/format-units.ts";

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar that fills `share` of `width` columns, to an eighth of a column; a share above 0 is always visible. */
export function bar(share: number, width: number): string {
  const cells = Math.round(share * width * 8);
  const shown = share > 0 ? Math.max(1, cells) : 0;
  return "█".repeat(Math.floor(shown / 8)) + (eighths[shown % 8] ?? "");
}

function percentText(share: number): string {
  if (share === 0) return "";
  return share < 0.0001 ? "<0.01 %" : `${(share * 100).toFixed(2)} %`;
}

/**
 * A histogram in characters, one line for each range.
 * @param width columns to use
 */
export function renderChart(bars: readonly LatencyBar[], width: number): string[] {
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const highest = Math.max(...bars.map(({ count }) => count));
  if (total === 0) return [];
  const labels = bars.map(({ toNs }) => `≤ ${formatLatency(toNs)}`);
  const counts = bars.map(({ count }) => formatCount(count));
  const labelWidth = Math.max(...labels.map((label) => Bun.stringWidth(label)));
  const countWidth = Math.max(...counts.map((text) => text.length));
  const barWidth = Math.max(8, width - labelWidth - countWidth - 16);
  return bars.map(({ count }, i) => {
    const label = (labels[i] ?? "").padStart(labelWidth);
    const filled = bar(count / highest, barWidth).padEnd(barWidth);
    return `  ${label}  ${filled} ${(counts[i] ?? "").padStart(countWidth)} ${percentText(count / total).padStart(8)}`.trimEnd();
  });
}
