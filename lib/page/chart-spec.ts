/** One line or row of bars; null leaves a gap. */
export interface ChartSeries {
  readonly label: string;
  readonly values: ReadonlyArray<number | null>;
  /** places on the horizontal axis, where they are not those of the chart */
  readonly at?: readonly number[];
  /** number of its colour, where that is not its place among the series: the same thing has one colour in all charts */
  readonly color?: number;
}

/** A chart, as the script of the page reads it. */
export interface ChartSpec {
  /** id of the element that the chart is drawn into */
  readonly id: string;
  readonly style: "line" | "bars";
  /**
   * `percentile`: 1 / (1 - p), drawn on a logarithmic axis and labelled with p; `seconds`; `labels`: places 0, 1, 2...
   * that have a name each
   */
  readonly x: {
    readonly kind: "percentile" | "seconds" | "labels";
    readonly title: string;
    readonly values: readonly number[];
  };
  /** names of the places of `labels` */
  readonly labels?: readonly string[];
  /** latencies are nanoseconds, rates are bytes a second */
  readonly y: {
    readonly kind: "latency" | "count" | "byteRate";
    readonly title: string;
    readonly isLogarithmic: boolean;
  };
  readonly series: readonly ChartSeries[];
}
