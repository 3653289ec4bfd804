// What the scripts of all live pages share, from live-base.js.

/** A point of the charts. */
export interface TimedPoint {
  /** ms since 1970 */
  readonly timeMs: number;
}

/** A chart over the last points. */
export interface LiveChart<P extends TimedPoint> {
  /** id of the element that the chart is drawn into; a page without it has no such chart */
  readonly id: string;
  /** what the axis shows, with its unit */
  readonly axis: string;
  /** where labels of the axis may be apart; any distance when left out */
  readonly steps?: readonly number[];
  readonly show: (value: number) => string;
  readonly isLogarithmic?: boolean;
  /** whether the second series often has the values of the first */
  readonly hasTwins?: boolean;
  /** null leaves a gap */
  readonly series: ReadonlyArray<readonly [label: string, value: (point: P) => number | null]>;
}

/** What a page is sent: first all points, then the newest one, if there is a new one. */
export interface PointMessage<P extends TimedPoint> {
  readonly history?: readonly P[] | undefined;
  readonly sample?: P | undefined;
}

/** What is good, doubtful or bad has a colour of its own. */
export type StateStyle = "good" | "doubt" | "bad";

/** What a page does with what it is sent. */
export interface Follower<P extends TimedPoint, M extends PointMessage<P>> {
  readonly charts: ReadonlyArray<LiveChart<P>>;
  readonly update: (message: M) => void;
  /** called when the program is not reachable any more */
  readonly gone: () => void;
}

declare global {
  var live: {
    /** sets the text of an element, if the page has it */
    readonly show: (id: string, text: string) => void;
    readonly showState: (text: string, style: StateStyle) => void;
    /** puts rows of text into the body of a table */
    readonly fill: (id: string, rows: ReadonlyArray<readonly string[]>) => void;
    /** such as `1 min 5 s` */
    readonly duration: (ms: number) => string;
    /** local time as ISO 8601 has it, such as `2026-11-26T21:36:54+01:00`. @param timeMs since 1970 */
    readonly stamp: (timeMs: number) => string;
    /** distances for the axis of a count */
    readonly wholeSteps: readonly number[];
    /** Draws the charts and connects to the program, again and again. */
    readonly follow: <P extends TimedPoint, M extends PointMessage<P>>(follower: Follower<P, M>) => void;
  };
}
