// @ts-check
/* global uPlot, format, resolved */

/** @typedef {import("./chart-spec.ts").ChartSpec} ChartSpec */
/** @typedef {import("uplot")} Plot */
/** @typedef {Array<number | null>} Splits the places on an axis; null gets no label */

/** Number of series colours in page.css; the next as many series have the same ones in dashes. */
const SERIES = 8;

const HEIGHT = 320;

/** @type {ChartSpec[]} */
const charts = JSON.parse(document.querySelector("#charts")?.textContent ?? "[]");

/** @param {number} x 1 / (1 - p) */
const percentText = (x) => `${Number((100 * (1 - 1 / x)).toPrecision(8))} %`;

/** @param {number} x */
const isDecade = (x) => Number.isInteger(Number(Math.log10(x).toPrecision(6)));

/** Pixels that the label of a percentile takes. */
const PERCENTILE_LABEL = 80;

/**
 * Labels as many percentiles as there is room for.
 * @param {Plot} plot
 * @param {Splits} splits
 */
function percentileLabels(plot, splits) {
  const step = Math.ceil((splits.filter((x) => x !== null).length * PERCENTILE_LABEL) / plot.width);
  let place = 0;
  return splits.map((x) => (x === null || place++ % step > 0 ? "" : percentText(x)));
}

/** @satisfies {Record<ChartSpec["x"]["kind"], (chart: ChartSpec) => import("uplot").Axis>} */
const xTicks = {
  percentile: () => ({ values: percentileLabels }),
  seconds: () => ({ values: (_u, splits) => splits.map((x) => `${x} s`) }),
  labels: ({ labels }) => ({
    space: 70,
    incrs: [1, 2, 5, 10, 20, 50],
    values: (_u, splits) => splits.map((x) => labels?.[x] ?? ""),
  }),
};

/**
 * @param {ChartSpec} chart
 * @param {number} x
 */
function xValue(chart, x) {
  if (chart.x.kind === "percentile") return percentText(x);
  return chart.x.kind === "labels" ? (chart.labels?.[x] ?? "") : `${Number(x.toFixed(3))} s`;
}

/** @type {import("uplot").Axis.Filter} */
const onlyDecades = (_u, splits) => splits.map((each) => (isDecade(each) ? each : null));

const AXIS_FONT = "12px system-ui, sans-serif";

/**
 * @param {ChartSpec} chart
 * @param {number} i
 */
const colorNumber = ({ series }, i) => series[i]?.color ?? i;

/**
 * @param {ChartSpec} chart
 * @param {number} i
 */
const colorOf = (chart, i) => resolved(`--series-${(colorNumber(chart, i) % SERIES) + 1}`);

/**
 * @param {ChartSpec} chart
 * @param {number} i
 */
const isDashed = (chart, i) => Math.floor(colorNumber(chart, i) / SERIES) % 2 === 1;

/**
 * @param {ChartSpec} chart
 * @param {number} i
 * @returns {Partial<import("uplot").Series>}
 */
function strokeOf(chart, i) {
  const stroke = colorOf(chart, i);
  if (chart.style === "bars") return { stroke, fill: stroke };
  return { stroke, width: 2, ...(isDashed(chart, i) && { dash: [6, 4] }) };
}

/** Pixels of a character of an axis label, and what an axis needs besides. */
const CHARACTER = 7;
const AXIS_SPACE = 26;

/**
 * @param {Plot} _plot
 * @param {readonly string[] | null} labels
 */
const axisWidth = (_plot, labels) =>
  AXIS_SPACE + CHARACTER * Math.max(3, ...(labels ?? []).map((label) => label.length));

/**
 * @param {ChartSpec} chart
 * @param {number} width of the canvas in pixels
 * @returns {import("uplot").Options}
 */
function optionsOf(chart, width) {
  const line = resolved("--line");
  /**
   * @param {boolean} isLogarithmic
   * @returns {import("uplot").Axis}
   */
  const axis = (isLogarithmic) => ({
    stroke: resolved("--faint"),
    font: AXIS_FONT,
    labelFont: AXIS_FONT,
    labelSize: 20,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line },
    ...(isLogarithmic && {
      filter: onlyDecades,
      grid: { stroke: line, width: 1, filter: onlyDecades },
      ticks: { stroke: line, filter: onlyDecades },
    }),
  });
  const paths = chart.style === "bars" && uPlot.paths.bars?.({ size: [0.9, 100] });
  const show = format[chart.y.kind];
  const isLog = chart.y.isLogarithmic;
  return {
    width,
    height: HEIGHT,
    padding: [12, 32, null, null],
    legend: {
      markers: {
        width: 3,
        stroke: (_u, i) => colorOf(chart, i - 1),
        dash: (_u, i) => (isDashed(chart, i - 1) ? "dashed" : "solid"),
        fill: "none",
      },
    },
    scales: {
      x: {
        time: false,
        distr: chart.x.kind === "percentile" ? 3 : 1,
        ...(chart.x.kind === "seconds" && { range: (_u, _min, max) => [0, max] }),
        ...(chart.style === "bars" && { range: (_u, min, max) => [min - 0.5, max + 0.5] }),
      },
      y: isLog ? { distr: 3 } : { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [
      { ...axis(chart.x.kind === "percentile"), label: chart.x.title, size: 36, ...xTicks[chart.x.kind](chart) },
      {
        ...axis(isLog),
        label: chart.y.title,
        size: axisWidth,
        values: (_u, splits) => splits.map((y) => (y === null ? "" : show(y))),
      },
    ],
    series: [
      { label: chart.x.title, value: (_u, x) => (x === null ? "" : xValue(chart, x)) },
      ...chart.series.map(({ label, at }, i) => ({
        label,
        ...(paths && { paths }),
        ...strokeOf(chart, i),
        points: { show: (at ?? chart.x.values).length === 1 },
        /** @type {import("uplot").Series.Value} */
        value: (_u, y) => (typeof y === "number" ? show(y) : ""),
      })),
    ],
  };
}

/**
 * The series at the places of all of them: a line goes on over the places of others.
 * @param {ChartSpec} chart
 */
const dataOf = ({ x, series }) => uPlot.join(series.map(({ at, values }) => [[...(at ?? x.values)], [...values]]));

/** @type {Array<{ holder: HTMLElement, plot: Plot }>} */
let drawn = [];

/** @param {HTMLElement} holder */
const roomIn = (holder) => holder.clientWidth - 8;

/** @param {(holder: HTMLElement) => number} [widthOf] in pixels */
function draw(widthOf = roomIn) {
  for (const { plot } of drawn) plot.destroy();
  drawn = charts.flatMap((chart) => {
    const holder = document.getElementById(chart.id);
    if (!holder || chart.series.length === 0) return [];
    holder.hidden = false;
    return [{ holder, plot: new uPlot(optionsOf(chart, widthOf(holder)), dataOf(chart), holder) }];
  });
}

/** What fits on paper, A4 or Letter, with the margins of page.css. */
const PAPER_WIDTH = 650;

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());
addEventListener("resize", () => {
  for (const { holder, plot } of drawn) plot.setSize({ width: roomIn(holder), height: HEIGHT });
});
addEventListener("beforeprint", () => {
  document.documentElement.style.colorScheme = "light";
  draw(() => PAPER_WIDTH);
});
addEventListener("afterprint", () => {
  document.documentElement.style.colorScheme = "";
  draw();
});
