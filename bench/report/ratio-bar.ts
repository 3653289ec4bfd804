import { type Html, html } from "../../lib/page/html.ts";
import type { ComparedMetric } from "../compare/comparison.ts";
import { changeText, intervalText } from "./comparison-text.ts";

/** Changes beyond this part are drawn at the edge. */
const EDGE = 0.3;
const WIDTH = 220;
const HEIGHT = 18;

const xOf = (ratio: number): number =>
  Math.round(((Math.max(-EDGE, Math.min(EDGE, ratio - 1)) + EDGE) / (2 * EDGE)) * WIDTH * 10) / 10;

const styles = { slower: "bad", faster: "good", same: "faint", "not enough data": "doubt" } as const;

/** A ratio with its interval, on a scale from 30 % less to 30 % more around none. */
export function ratioBar(row: ComparedMetric): Html {
  const { low, high } = row.interval;
  const middle = HEIGHT / 2;
  return html`<svg
    class="ratio ${styles[row.verdict]}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${`${changeText(row.ratio)}, ${intervalText(row)}`}"
  >
    <line class="none" x1="${WIDTH / 2}" y1="0" x2="${WIDTH / 2}" y2="${HEIGHT}" />
    <line class="interval" x1="${xOf(low)}" y1="${middle}" x2="${xOf(high)}" y2="${middle}" />
    <circle cx="${xOf(row.ratio)}" cy="${middle}" r="4.5" />
  </svg>`;
}
