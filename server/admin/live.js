/* global uPlot, format, resolved */

/** Points in a chart: those of the last five minutes. */
const POINTS = 300;
const RETRY_MS = 1_000;
const CHART_HEIGHT = 200;

const at = (id) => document.getElementById(id);
const show = (id, text) => {
  at(id).textContent = text;
};

function duration(ms) {
  const s = Math.floor(ms / 1_000);
  if (s < 60) return `${s} s`;
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3_600), Math.floor(s / 86_400)];
  if (d > 0) return `${d} d ${h % 24} h`;
  return h > 0 ? `${h} h ${m % 60} min` : `${m} min ${s % 60} s`;
}

/** Puts rows of text into a table's body. As `textContent`, text that a peer controls cannot become markup. */
function fill(id, rows) {
  at(id).replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement("tr");
      for (const cell of cells) row.insertCell().textContent = cell;
      return row;
    }),
  );
}

const charts = [
  {
    id: "chart-throughput",
    show: format.byteRate,
    series: [
      ["received", ({ bytesInPerSecond }) => bytesInPerSecond],
      ["echoed", ({ bytesOutPerSecond }) => bytesOutPerSecond],
    ],
  },
  {
    id: "chart-connections",
    show: format.count,
    series: [
      ["active", ({ active }) => active],
      ["new per second", ({ connectionsPerSecond }) => connectionsPerSecond],
    ],
  },
];
let points = [];
let plots = [];

const dataOf = ({ series }) => [
  points.map(({ timeMs }) => timeMs / 1_000),
  ...series.map(([, value]) => points.map((point) => (point.isGap ? null : value(point)))),
];

function optionsOf(chart, width) {
  const line = resolved("--line");
  const axis = { stroke: resolved("--faint"), grid: { stroke: line, width: 1 }, ticks: { stroke: line } };
  return {
    width,
    height: CHART_HEIGHT,
    scales: { y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 15, 30, 60, 120] },
      { ...axis, size: 80, values: (_u, splits) => splits.map(chart.show) },
    ],
    series: [
      { label: "time", value: (_u, x) => (x === null ? "" : new Date(x * 1_000).toLocaleTimeString()) },
      ...chart.series.map(([label], i) => ({
        label,
        stroke: resolved(`--series-${i + 1}`),
        // The first line is wider, so that it stays visible below the second where both have the same values.
        width: i === 0 ? 4 : 1.5,
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

/** Adds a sample, or the history after a connect. Points from before a server restart stay, followed by a gap. */
function addPoints({ history, sample }) {
  if (history) {
    const firstMs = history[0].timeMs;
    const earlier = points.filter(({ timeMs }) => timeMs < firstMs);
    points = earlier.length > 0 ? [...earlier, { timeMs: firstMs - 1, isGap: true }, ...history] : history;
  } else {
    points.push(sample);
  }
  points = points.slice(-POINTS);
  for (const { chart, plot } of plots) plot.setData(dataOf(chart));
}

function showState(text, kind) {
  show("state", text);
  at("state").className = `verdict ${kind}`;
}

/** Describes an event as the log does. */
function describe({ client, reason, message, idleMs, connectedMs, rxBytes, txBytes }) {
  const parts = [reason, client && message];
  if (idleMs !== undefined) parts.push(`idle for ${duration(idleMs)}`);
  if (connectedMs !== undefined) {
    parts.push(`${duration(connectedMs)}, ${format.bytes(rxBytes)} in, ${format.bytes(txBytes)} out`);
  }
  const more = parts.filter(Boolean).join(", ");
  return client ? client + (more && ` (${more})`) : message;
}

const sum = (breakdown) => Object.entries(breakdown).map(([key, count]) => [key, format.count(count)]);

function update(overview) {
  const { counters, rates, workers, talkers, events } = overview;
  showState(overview.state, overview.state === "serving" ? "good" : "doubt");
  show("endpoint", overview.endpoint);
  show("version", overview.version);
  show("uptime", duration(overview.uptimeMs));
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
    ]),
  );
  fill("errors-by-kind", sum(counters.errorsByKind));
  fill("rejected-by-reason", sum(counters.rejectedByReason));
  fill(
    "events",
    events.toReversed().map((event) => [new Date(event.timeMs).toLocaleTimeString(), event.kind, describe(event)]),
  );
  addPoints(overview);
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
