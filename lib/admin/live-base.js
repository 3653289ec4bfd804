// @ts-check
/* What the scripts of all live pages share. */
/* global uPlot, resolved */

/** @typedef {import("./browser.d.ts").TimedPoint} TimedPoint */
/** @typedef {{ timeMs: number, isGap: true }} Gap a place in a chart where lines are interrupted */
/** @typedef {import("uplot")} Plot */

/** Points in a chart: those of the last five minutes, if there is one a second. */
const POINTS = 300;
const RETRY_MS = 1_000;
const CHART_HEIGHT = 200;

/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/**
 * Local time of day, `21:36:54`.
 * @param {Date} date
 */
const clock = (date) => [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");

/**
 * How far local time is ahead of UTC, `+01:00`.
 * @param {Date} date
 */
function offset(date) {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** @param {number} timeMs since 1970 */
function stamp(timeMs) {
  const date = new Date(timeMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${clock(date)}${offset(date)}`;
}

/** @param {number} ms */
function duration(ms) {
  const s = Math.floor(ms / 1_000);
  if (s < 60) return `${s} s`;
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3_600), Math.floor(s / 86_400)];
  if (d > 0) return `${d} d ${h % 24} h`;
  return h > 0 ? `${h} h ${m % 60} min` : `${m} min ${s % 60} s`;
}

/**
 * @param {string} id
 * @param {string} text
 */
function show(id, text) {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}

/**
 * @param {string} text
 * @param {import("./browser.d.ts").StateStyle} style
 */
function showState(text, style) {
  show("state", text);
  document.getElementById("state")?.setAttribute("class", `verdict ${style}`);
}

/**
 * As `textContent`, text that a peer controls cannot become markup. Each cell knows the title of its column, which a
 * narrow page shows beside it.
 * @param {string} id
 * @param {ReadonlyArray<readonly string[]>} rows
 */
function fill(id, rows) {
  const body = document.getElementById(id);
  if (!body) return;
  const titles = [...(body.closest("table")?.tHead?.rows[0]?.cells ?? [])].map(({ textContent }) => textContent);
  body.replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      for (const [i, text] of cells.entries()) {
        const cell = row.insertCell();
        cell.textContent = text;
        cell.dataset["title"] = titles[i] ?? "";
      }
      return row;
    }),
  );
}

/**
 * @template {TimedPoint} P
 * @param {import("./browser.d.ts").LiveChart<P>} chart
 * @param {ReadonlyArray<P | Gap>} points
 * @returns {import("uplot").AlignedData}
 */
const dataOf = ({ series }, points) => [
  points.map(({ timeMs }) => timeMs / 1_000),
  ...series.map(([, value]) => points.map((point) => ("isGap" in point ? null : value(point)))),
];

/** @type {import("uplot").Axis.Filter} */
const onlyDecades = (_u, splits) =>
  splits.map((each) => (Number.isInteger(Number(Math.log10(each).toPrecision(6))) ? each : null));

/**
 * @template {TimedPoint} P
 * @param {import("./browser.d.ts").LiveChart<P>} chart
 * @param {number} width of the canvas in pixels
 * @returns {import("uplot").Options}
 */
function optionsOf(chart, width) {
  const line = resolved("--line");
  const axis = {
    stroke: resolved("--faint"),
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line },
    labelSize: 18,
    labelFont: "12px system-ui, sans-serif",
  };
  return {
    width,
    height: CHART_HEIGHT,
    padding: [null, 28, null, null],
    scales: { y: chart.isLogarithmic ? { distr: 3 } : { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
    axes: [
      {
        ...axis,
        label: `local time (UTC${offset(new Date())})`,
        size: 30,
        space: 70,
        incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600],
        values: (_u, splits) => splits.map((s) => clock(new Date(s * 1_000))),
      },
      {
        ...axis,
        label: chart.axis,
        size: 76,
        ...(chart.steps && { incrs: [...chart.steps] }),
        ...(chart.isLogarithmic && {
          filter: onlyDecades,
          grid: { stroke: line, width: 1, filter: onlyDecades },
          ticks: { stroke: line, filter: onlyDecades },
        }),
        values: (_u, splits) => splits.map((y) => (y === null ? "" : chart.show(y))),
      },
    ],
    series: [
      { label: "time", value: (_u, x) => (x === null ? "–" : stamp(x * 1_000)) },
      ...chart.series.map(([label], i) => ({
        label,
        points: { show: false },
        stroke: resolved(`--series-${i + 1}`),
        width: 2,
        ...(i === 0 && !chart.isLogarithmic && { fill: resolved("--area-1") }),
        // Where both have the same values, the first is seen beside and between the dashes of the second.
        ...(chart.hasTwins && (i === 0 ? { width: 4 } : { dash: [8, 10] })),
        /** @type {import("uplot").Series.Value} */
        value: (_u, y) => (y === null ? "–" : chart.show(y)),
      })),
    ],
  };
}

/**
 * Lets the legend show the newest values while nobody points at others.
 * @param {Plot} plot
 */
function showNewest(plot) {
  const newest = plot.data[0].length - 1;
  if (newest >= 0 && (plot.cursor.left ?? -1) < 0) plot.setLegend({ idx: newest });
}

/**
 * Points from before a restart of the program stay, followed by a gap.
 * @template {TimedPoint} P
 * @param {ReadonlyArray<P | Gap>} known
 * @param {readonly P[]} history
 * @returns {ReadonlyArray<P | Gap>}
 */
function joined(known, history) {
  const firstMs = history[0]?.timeMs ?? Infinity;
  const earlier = known.filter(({ timeMs }) => timeMs < firstMs);
  return earlier.length > 0 ? [...earlier, { timeMs: firstMs - 1, isGap: true }, ...history] : history;
}

/**
 * @template {TimedPoint} P
 * @template {import("./browser.d.ts").PointMessage<P>} M
 * @param {import("./browser.d.ts").Follower<P, M>} follower
 */
function follow({ charts, update, gone }) {
  /** @type {ReadonlyArray<P | Gap>} */
  let points = [];
  /** @type {Array<{ chart: import("./browser.d.ts").LiveChart<P>, holder: HTMLElement, plot: Plot }>} */
  let plots = [];

  function draw() {
    for (const { plot } of plots) plot.destroy();
    plots = charts.flatMap((chart) => {
      const holder = document.getElementById(chart.id);
      if (!holder) return [];
      holder.hidden = false;
      const plot = new uPlot(optionsOf(chart, holder.clientWidth - 8), dataOf(chart, points), holder);
      showNewest(plot);
      return [{ chart, holder, plot }];
    });
  }

  /** @param {M} message */
  function addPoints({ history, sample }) {
    if (!history && !sample) return;
    points = (history ? joined(points, history) : [...points, ...(sample ? [sample] : [])]).slice(-POINTS);
    for (const { chart, plot } of plots) {
      plot.setData(dataOf(chart, points));
      showNewest(plot);
    }
  }

  function listen() {
    const source = new EventSource("events");
    source.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      update(message);
      addPoints(message);
    });
    source.addEventListener("error", () => {
      gone();
      // The browser reconnects by itself, unless the response had the wrong status or type.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
    });
  }

  draw();
  listen();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("resize", () => {
    for (const { holder, plot } of plots) plot.setSize({ width: holder.clientWidth - 8, height: CHART_HEIGHT });
  });
}

const wholeSteps = [1, 10, 100, 1e3, 1e4, 1e5, 1e6].flatMap((factor) => [1, 2, 5].map((step) => step * factor));

globalThis.live = { show, showState, fill, duration, stamp, wholeSteps, follow };
