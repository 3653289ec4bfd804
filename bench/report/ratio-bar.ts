import { type Html, html } from "../../lib/page/html.ts";
import type { Interval } from "../compare/bootstrap.ts";
import type { ComparedMetric } from "../compare/comparison.ts";
import { changeText, intervalText } from "./comparison-text.ts";

/** Changes larger than this part are drawn at the edge. */
const EDGE = 0.3;
const WIDTH = 220;
const HEIGHT = 18;
const MIDDLE = HEIGHT / 2;

/** The place on the horizontal axis of a position from 0 to 1, to a tenth. */
const xOf = (position: number): number => Math.round(Math.max(0, Math.min(1, position)) * WIDTH * 10) / 10;

const changeX = (ratio: number): number => xOf((ratio - 1 + EDGE) / (2 * EDGE));

const styles = { slower: "bad", faster: "good", same: "faint", "not enough data": "doubt" } as const;

/** The class of page.css that a verdict is shown in. */
export const verdictStyle = ({ verdict }: ComparedMetric): string => styles[verdict];

/** Draws a change and its interval on a scale from 30 % less to 30 % more. */
export function changeBar(row: ComparedMetric): Html {
  const { low, high } = row.interval;
  return html`<svg
    class="ratio ${verdictStyle(row)}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${`${changeText(row.ratio)}, ${intervalText(row)}`}"
  >
    <line class="none" x1="${WIDTH / 2}" y1="0" x2="${WIDTH / 2}" y2="${HEIGHT}" />
    <line class="interval" x1="${changeX(low)}" y1="${MIDDLE}" x2="${changeX(high)}" y2="${MIDDLE}" />
    <circle cx="${changeX(row.ratio)}" cy="${MIDDLE}" r="4.5" />
  </svg>`;
}

/** Draws a ratio as a bar, with its interval, on a scale from 0 to `largest`. */
export function ratioBar(ratio: number, { low, high }: Interval, largest: number): Html {
  const x = (value: number): number => xOf(value / largest);
  return html`<svg class="ratio faint" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${ratio.toFixed(2)}">
    <line class="none" x1="${x(1)}" y1="0" x2="${x(1)}" y2="${HEIGHT}" />
    <line x1="0" y1="${MIDDLE}" x2="${x(ratio)}" y2="${MIDDLE}" stroke-width="6" />
    <line class="doubt" x1="${x(low)}" y1="${MIDDLE}" x2="${x(high)}" y2="${MIDDLE}" stroke-width="2" />
  </svg>`;
}
