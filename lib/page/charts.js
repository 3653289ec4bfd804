// @ts-check
/* global uPlot, format, resolved */

/** @typedef {import("./chart-spec.ts").ChartSpec} ChartSpec */
/** @typedef {import("uplot")} Plot */
/** @typedef {Array<number | null>} Splits the places on an axis; null gets no label */

/** Number of series colours in page.css. */
const SERIES = 8;

/** @type {ChartSpec[]} */
const charts = JSON.parse(document.querySelector("#charts")?.textContent ?? "[]");

/** @param {number} x 1 / (1 - p) */
const percentText = (x) => `${Number((100 * (1 - 1 / x)).toPrecision(8))} %`;

/** @param {number} x */
const isDecade = (x) => Number.isInteger(Number(Math.log10(x).toPrecision(6)));

const xNames = { percentile: "percentile", seconds: "until", labels: "at" };

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
    space: 90,
    incrs: [1, 2, 5, 10],
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
    height: 300,
    padding: [null, 28, null, null],
    scales: {
      x: {
        time: false,
        distr: chart.x.kind === "percentile" ? 3 : 1,
        ...(chart.style === "bars" && { range: (_u, min, max) => [min - 0.5, max + 0.5] }),
      },
      y: isLog ? { distr: 3 } : { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
    },
    axes: [
      { ...axis(chart.x.kind === "percentile"), ...xTicks[chart.x.kind](chart) },
      { ...axis(isLog), size: 80, values: (_u, splits) => splits.map((y) => (y === null ? "" : show(y))) },
    ],
    series: [
      { label: xNames[chart.x.kind], value: (_u, x) => (x === null ? "" : xValue(chart, x)) },
      ...chart.series.map(({ label }, i) => ({
        label,
        ...(paths && { paths }),
        stroke: resolved(`--series-${(i % SERIES) + 1}`),
        width: 2,
        points: { show: chart.x.values.length === 1 },
        ...(chart.style === "bars" && { fill: resolved(`--series-${(i % SERIES) + 1}`) }),
        /** @type {import("uplot").Series.Value} */
        value: (_u, y) => (y === null ? "" : show(y)),
      })),
    ],
  };
}

/** @type {Array<{ holder: HTMLElement, plot: Plot }>} */
let drawn = [];

function draw() {
  for (const { plot } of drawn) plot.destroy();
  drawn = charts.flatMap((chart) => {
    const holder = document.getElementById(chart.id);
    if (!holder) return [];
    holder.hidden = false;
    /** @type {import("uplot").AlignedData} */
    const data = [[...chart.x.values], ...chart.series.map(({ values }) => [...values])];
    return [{ holder, plot: new uPlot(optionsOf(chart, holder.clientWidth - 8), data, holder) }];
  });
}

draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
addEventListener("resize", () => {
  for (const { holder, plot } of drawn) plot.setSize({ width: holder.clientWidth - 8, height: 300 });
});
