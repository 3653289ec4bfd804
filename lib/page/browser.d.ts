// The globals that the scripts of a page share: each is a classic script, inlined as it is.
import type UPlot from "uplot";

declare global {
  /** the chart library, from uPlot.iife.min.js */
  var uPlot: typeof UPlot;

  /** numbers as text, from chart-base.js */
  var format: {
    /** nanoseconds */
    readonly latency: (ns: number) => string;
    readonly count: (n: number) => string;
    readonly bytes: (n: number) => string;
    /** bytes a second */
    readonly byteRate: (n: number) => string;
  };

  /** the value of a custom property of CSS as a colour that a canvas takes, from chart-base.js */
  var resolved: (name: string) => string;
}
