// @ts-check
/* global format, live */

/** @typedef {import("./live-message.ts").LiveMessage} LiveMessage */
/** @typedef {import("./live-message.ts").LivePoint} LivePoint */

/** @type {ReadonlyArray<import("../../lib/admin/browser.d.ts").LiveChart<LivePoint>>} */
const charts = [
  {
    id: "chart-throughput",
    axis: "bytes a second",
    show: format.byteRate,
    hasTwins: true,
    series: [
      ["received", ({ bytesInPerSecond }) => bytesInPerSecond],
      ["echoed", ({ bytesOutPerSecond }) => bytesOutPerSecond],
    ],
  },
  {
    id: "chart-connections",
    axis: "connections",
    steps: live.wholeSteps,
    show: format.count,
    series: [["open", ({ active }) => active]],
  },
  {
    id: "chart-arrivals",
    axis: "connections a second",
    steps: live.wholeSteps,
    show: format.count,
    series: [["new a second", ({ connectionsPerSecond }) => connectionsPerSecond]],
  },
];

const states = /** @type {const} */ ({ serving: "good", stalled: "bad", draining: "doubt" });

/** @type {Readonly<Record<string, string>>} */
const errorKinds = { reset: "reset by the client", timeout: "timed out", tls: "TLS", other: "other" };

/** @type {Readonly<Record<string, string>>} */
const rejections = { address: "address not allowed", limit: "limit of connections", tls: "TLS handshake" };

/**
 * Describes an event as the log does.
 * @param {import("./live-message.ts").LiveEvent} event
 */
function describe({ client, reason, message = "", idleMs, connectedMs, rxBytes = 0, txBytes = 0 }) {
  const parts = [reason, client && message];
  if (idleMs !== undefined) parts.push(`idle for ${live.duration(idleMs)}`);
  if (connectedMs !== undefined) {
    parts.push(`${live.duration(connectedMs)}, ${format.bytes(rxBytes)} in, ${format.bytes(txBytes)} out`);
  }
  const more = parts.filter(Boolean).join(", ");
  return client ? client + (more && ` (${more})`) : message;
}

/**
 * @param {Readonly<Record<string, number>>} breakdown
 * @param {Readonly<Record<string, string>>} names
 */
const sum = (breakdown, names) =>
  Object.entries(breakdown).map(([key, count]) => [names[key] ?? key, format.count(count)]);

/**
 * What the server carries now, in a sentence.
 * @param {LiveMessage} message
 */
function describeLoad({ counters: { active }, rates, workers }) {
  const connections = `${format.count(active)} connection${active === 1 ? "" : "s"}`;
  const moved = `${format.byteRate(rates.bytesInPerSecond)} in, ${format.byteRate(rates.bytesOutPerSecond)} out`;
  return `${connections}, ${moved}, ${workers.length} worker${workers.length === 1 ? "" : "s"}`;
}

/** @param {LiveMessage} message */
function update(message) {
  const { counters, rates, workers, talkers, events } = message;
  live.showState(message.state, states[message.state]);
  live.show("endpoint", message.endpoints.join(", "));
  live.show("load", describeLoad(message));
  live.show("version", message.version);
  live.show("uptime", live.duration(message.uptimeMs));
  live.show("since", live.stamp(Date.parse(message.startedAt)));
  live.show("active", format.count(counters.active));
  live.show("peak", format.count(counters.peak));
  live.show("connections", format.count(counters.connections));
  live.show("in-rate", format.byteRate(rates.bytesInPerSecond));
  live.show("out-rate", format.byteRate(rates.bytesOutPerSecond));
  live.show("in", format.bytes(counters.bytesIn));
  live.show("out", format.bytes(counters.bytesOut));
  live.show("rejected", format.count(counters.rejected));
  live.show("timed-out", format.count(counters.timedOut));
  live.show("errors", format.count(counters.errors));
  live.show("lag", format.latency(Math.max(...workers.map(({ eventLoopLagMs }) => eventLoopLagMs)) * 1e6));
  live.fill(
    "talkers",
    talkers.map((each) => [
      each.client,
      format.byteRate(each.bytesPerSecond),
      format.bytes(each.bytesIn),
      format.bytes(each.bytesOut),
      live.duration(each.connectedMs),
    ]),
  );
  live.fill(
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
  live.fill("errors-by-kind", sum(counters.errorsByKind, errorKinds));
  live.fill("rejected-by-reason", sum(counters.rejectedByReason, rejections));
  live.fill(
    "events",
    events.toReversed().map((event) => [live.stamp(event.timeMs), event.kind, describe(event)]),
  );
}

live.follow({ charts, update, gone: () => live.showState("not reachable, trying again", "bad") });
