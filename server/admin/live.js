// @ts-check
/* global uPlot, format, resolved */

/** @typedef {import("./live-message.ts").LiveMessage} LiveMessage */
/** @typedef {import("./live-message.ts").LivePoint} LivePoint */
/** @typedef {{ timeMs: number, isGap: true }} Gap a place in a chart where lines are interrupted */
/** @typedef {{ id: string, axis: string, steps?: number[], show: (value: number) => string, series: ReadonlyArray<readonly [string, (point: LivePoint) => number]> }} Chart */
/** @typedef {import("uplot")} Plot */

/** Points in a chart: those of the last five minutes. */
const POINTS = 300;
const RETRY_MS = 1_000;
const CHART_HEIGHT = 200;

/**
 * An element of the page, which has every id that this script names.
 * @param {string} id
 */
function at(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`there is no element ${id}`);
  return element;
}

/**
 * @param {string} id
 * @param {string} text
 */
const show = (id, text) => {
  at(id).textContent = text;
};

/** @param {number} ms */
function duration(ms) {
  const s = Math.floor(ms / 1_000);
  if (s < 60) return `${s} s`;
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3_600), Math.floor(s / 86_400)];
  if (d > 0) return `${d} d ${h % 24} h`;
  return h > 0 ? `${h} h ${m % 60} min` : `${m} min ${s % 60} s`;
}

/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/**
 * Local time of day, `21:36:54`.
 * @param {number} timeMs since 1970
 */
function clock(timeMs) {
  const date = new Date(timeMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/**
 * Local date and time as in the log, `2026-11-26 21:36:54`.
 * @param {number} timeMs since 1970
 */
function stamp(timeMs) {
  const date = new Date(timeMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(timeMs)}`;
}

/**
 * Puts rows of text into a table's body. As `textContent`, text that a peer controls cannot become markup. Each cell
 * knows the title of its column, which a narrow page shows beside it.
 * @param {string} id
 * @param {ReadonlyArray<readonly string[]>} rows
 */
function fill(id, rows) {
  const titles = [...(at(id).closest("table")?.tHead?.rows[0]?.cells ?? [])].map(({ textContent }) => textContent);
  at(id).replaceChildren(
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

/** @type {readonly Chart[]} */
const charts = [
  {
    id: "chart-throughput",
    axis: "bytes a second",
    show: format.byteRate,
    series: [
      ["received", ({ bytesInPerSecond }) => bytesInPerSecond],
      ["echoed", ({ bytesOutPerSecond }) => bytesOutPerSecond],
    ],
  },
  {
    id: "chart-connections",
    axis: "connections",
    steps: [1, 2, 5]
      .flatMap((step) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((factor) => step * factor))
      .toSorted((a, b) => a - b),
    show: format.count,
    series: [
      ["active", ({ active }) => active],
      ["new per second", ({ connectionsPerSecond }) => connectionsPerSecond],
    ],
  },
];
/** @type {ReadonlyArray<LivePoint | Gap>} */
let points = [];

/** @type {Array<{ chart: Chart, holder: HTMLElement, plot: Plot }>} */
let plots = [];

/**
 * @param {Chart} chart
 * @returns {import("uplot").AlignedData}
 */
const dataOf = ({ series }) => [
  points.map(({ timeMs }) => timeMs / 1_000),
  ...series.map(([, value]) => points.map((point) => ("isGap" in point ? null : value(point)))),
];

/**
 * @param {Chart} chart
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
    scales: { y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
    axes: [
      {
        ...axis,
        label: "local time",
        size: 30,
        space: 60,
        incrs: [1, 2, 5, 10, 15, 30, 60, 120],
        values: (_u, splits) => splits.map((s) => clock(s * 1_000)),
      },
      {
        ...axis,
        label: chart.axis,
        size: 70,
        ...(chart.steps && { incrs: chart.steps }),
        values: (_u, splits) => splits.map(chart.show),
      },
    ],
    series: [
      { label: "time", value: (_u, x) => (x === null ? "" : stamp(x * 1_000)) },
      ...chart.series.map(([label], i) => ({
        label,
        points: { show: false },
        stroke: resolved(`--series-${i + 1}`),
        // Where both have the same values, the first is seen beside and between the dashes of the second.
        ...(i === 0 ? { width: 4, fill: resolved("--area-1") } : { width: 2, dash: [8, 10] }),
        /** @type {import("uplot").Series.Value} */
        value: (_u, y) => (y === null ? "" : chart.show(y)),
      })),
    ],
  };
}

function draw() {
  for (const { plot } of plots) plot.destroy();
  plots = charts.map((chart) => {
    const holder = at(chart.id);
    holder.hidden = false;
    return { chart, holder, plot: new uPlot(optionsOf(chart, holder.clientWidth - 8), dataOf(chart), holder) };
  });
}

/**
 * Adds a sample, or the history after a connect. Points from before a server restart stay, followed by a gap.
 * @param {LiveMessage} message
 */
function addPoints(message) {
  if (message.history) {
    const { history } = message;
    const firstMs = history[0]?.timeMs ?? 0;
    const earlier = points.filter(({ timeMs }) => timeMs < firstMs);
    points = earlier.length > 0 ? [...earlier, { timeMs: firstMs - 1, isGap: true }, ...history] : history;
  } else {
    points = [...points, message.sample];
  }
  points = points.slice(-POINTS);
  for (const { chart, plot } of plots) plot.setData(dataOf(chart));
}

/**
 * @param {string} text
 * @param {"good" | "doubt" | "bad"} kind
 */
function showState(text, kind) {
  show("state", text);
  at("state").className = `verdict ${kind}`;
}

/**
 * Describes an event as the log does.
 * @param {import("./live-message.ts").LiveEvent} event
 */
function describe({ client, reason, message = "", idleMs, connectedMs, rxBytes = 0, txBytes = 0 }) {
  const parts = [reason, client && message];
  if (idleMs !== undefined) parts.push(`idle for ${duration(idleMs)}`);
  if (connectedMs !== undefined) {
    parts.push(`${duration(connectedMs)}, ${format.bytes(rxBytes)} in, ${format.bytes(txBytes)} out`);
  }
  const more = parts.filter(Boolean).join(", ");
  return client ? client + (more && ` (${more})`) : message;
}

/** @param {Readonly<Record<string, number>>} breakdown */
const sum = (breakdown) => Object.entries(breakdown).map(([key, count]) => [key, format.count(count)]);

/** @param {LiveMessage} message */
function update(message) {
  const { counters, rates, workers, talkers, events } = message;
  showState(message.state, message.state === "serving" ? "good" : message.state === "stalled" ? "bad" : "doubt");
  show("endpoint", message.endpoints.join(", "));
  show("version", message.version);
  show("uptime", duration(message.uptimeMs));
  show("active", format.count(counters.active));
  show("peak", format.count(counters.peak));
  show("connections", format.count(counters.connections));
  show("in-rate", format.byteRate(rates.bytesInPerSecond));
  show("out-rate", format.byteRate(rates.bytesOutPerSecond));
  show("in", format.bytes(counters.bytesIn));
  show("out", format.bytes(counters.bytesOut));
  show("rejected", format.count(counters.rejected));
  show("timed-out", format.count(counters.timedOut));
  show("errors", format.count(counters.errors));
  show("lag", format.latency(Math.max(...workers.map(({ eventLoopLagMs }) => eventLoopLagMs)) * 1e6));
  fill(
    "talkers",
    talkers.map((each) => [
      each.client,
      format.byteRate(each.bytesPerSecond),
      format.bytes(each.bytesIn),
      format.bytes(each.bytesOut),
      duration(each.connectedMs),
    ]),
  );
  fill(
    "workers",
    workers.map((each) => [
      String(each.worker),
      String(each.pid),
      format.count(each.counters.active),
      format.count(each.counters.connections),
      format.bytes(each.counters.bytesIn + each.counters.bytesOut),
      format.latency(each.eventLoopLagMs * 1e6),
      format.count(each.restarts),
      each.isServing ? "serving" : "not answering",
    ]),
  );
  fill("errors-by-kind", sum(counters.errorsByKind));
  fill("rejected-by-reason", sum(counters.rejectedByReason));
  fill(
    "events",
    events.toReversed().map((event) => [stamp(event.timeMs), event.kind, describe(event)]),
  );
  addPoints(message);
}

function listen() {
  const source = new EventSource("events");
  source.addEventListener("message", ({ data }) => update(JSON.parse(data)));
  source.addEventListener("error", () => {
    showState("not reachable, trying again", "bad");
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
