// @ts-check
/* global format, live */

/** @typedef {import("./live-message.ts").LiveMessage} LiveMessage */
/** @typedef {import("./live-message.ts").RunPoint} RunPoint */

/** @type {ReadonlyArray<import("../../lib/admin/browser.d.ts").LiveChart<RunPoint>>} */
const charts = [
  {
    id: "chart-rate",
    axis: "messages a second",
    show: format.count,
    series: [["messages a second", ({ messagesPerSecond }) => messagesPerSecond]],
  },
  {
    id: "chart-bytes",
    axis: "bytes a second",
    show: format.byteRate,
    series: [["echoed", ({ bytesPerSecond }) => bytesPerSecond]],
  },
  {
    id: "chart-latency",
    axis: "round trip",
    show: format.latency,
    isLogarithmic: true,
    series: [
      ["p50", ({ p50Ns }) => p50Ns],
      ["p99", ({ p99Ns }) => p99Ns],
    ],
  },
  {
    id: "chart-connections",
    axis: "connections",
    steps: live.wholeSteps,
    show: format.count,
    series: [["open", ({ openConnections }) => openConnections]],
  },
];

const phases = {
  connecting: "connecting",
  waiting: "waiting for the start",
  "warm-up": "warm-up",
  measuring: "measuring",
  finishing: "finishing",
  over: "measured",
};

/** @typedef {import("../../lib/admin/browser.d.ts").StateStyle} StateStyle */

/** @type {Record<"pass" | "fail" | "interrupted", readonly [string, StateStyle]>} */
const verdicts = { pass: ["PASS", "good"], fail: ["FAIL", "bad"], interrupted: ["INTERRUPTED", "doubt"] };

/** When the run will be over, by the page's own clock; undefined when nothing tells. @type {number | undefined} */
let endsAtMs;

/** What was shown last. @type {LiveMessage | undefined} */
let latest;

/** Counts the time down between two messages, which come with the rows. */
function showLeft() {
  live.show("left", endsAtMs === undefined ? "–" : live.duration(Math.max(0, endsAtMs - performance.now()) + 999));
}

/** @param {number | null} ns */
const latency = (ns) => (ns === null ? "–" : format.latency(ns));

/** @param {LiveMessage} message */
function showPhase({ verdict, phase }) {
  if (verdict) live.showState(...verdicts[verdict.kind]);
  else live.showState(phases[phase], phase === "measuring" ? "good" : "doubt");
}

/** @param {RunPoint | undefined} row */
function showRow(row) {
  if (!row) return;
  live.show("rate", format.count(row.messagesPerSecond));
  live.show("byte-rate", format.byteRate(row.bytesPerSecond));
  live.show("p50", latency(row.p50Ns));
  live.show("p99", latency(row.p99Ns));
  live.show("max", latency(row.maxNs));
}

/** @param {LiveMessage} message */
function update(message) {
  const { connections, durationMs, leftMs, load, startedAt, verdict } = message;
  latest = message;
  endsAtMs = leftMs === null ? undefined : performance.now() + leftMs;
  showPhase(message);
  showLeft();
  showRow(message.sample ?? message.history?.at(-1));
  document.getElementById("progress")?.setAttribute("value", String(message.share));
  live.show("load", [load ?? "–", verdict?.reason].filter(Boolean).join("; "));
  live.show("version", message.version);
  live.show("started", startedAt === null ? "–" : live.stamp(Date.parse(startedAt)));
  live.show("duration", durationMs === null ? "no fixed time" : live.duration(durationMs));
  live.show("messages", format.count(message.messages));
  live.show("bytes", format.bytes(message.bytesReceived));
  live.show("errors", format.count(message.errors));
  live.show("open", format.count(connections.open));
  live.show("wanted", format.count(connections.wanted));
  live.show("retransmits", message.retransmits === null ? "–" : format.count(message.retransmits));
  live.fill(
    "failures",
    message.failures.map(({ timeMs, connection, message: what }) => [
      live.stamp(timeMs),
      connection === null ? "–" : String(connection),
      what,
    ]),
  );
}

/** The command has ended, which is no trouble when its run was over. */
function gone() {
  if (latest?.verdict) return;
  live.showState(latest?.phase === "over" ? "ended" : "not reachable, trying again", "bad");
}

live.follow({ charts, update, gone });
setInterval(showLeft, 1_000);
