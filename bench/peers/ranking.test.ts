import { expect, test } from "bun:test";
import { resultOf } from "../../lib/result/run-result.fixture.ts";
import { renderPeersPage } from "./page.ts";
import { pairUp } from "./peers.ts";
import { rankRivals } from "./ranking.ts";
import { renderPeers } from "./report.ts";
import { type PeersResult, peersResultSchema } from "./result.ts";
import { exclude, record } from "./tables.ts";

const { tool, environment, startedAt } = resultOf();

const paced = (us: number) => ({
  messagesPerSecond: 10_000,
  sendLagP99Ns: us * 100,
  p50Ns: 40_000,
  p99Ns: us * 1_000,
  p99_9Ns: us * 5_000,
});

const roundTrips = (us: number) => ({
  messagesPerSecond: 1e6 / us,
  p50Ns: us * 1_000,
  p99Ns: us * 2_000,
  p99_9Ns: us * 3_000,
});

const goodput = (bytesPerSecond: number) => ({ bytesPerSecond });

const result: PeersResult = {
  schema: "echobench.peers/1",
  ...{ tool, environment, startedAt, placement: "server on core 0, load on core 1", doubts: ["it is busy"] },
  ...{ rounds: 3, timing: { warmupMs: 3_000, durationMs: 2_000 } },
  ...{
    load: "C client",
    loadVerifies: false,
    failedWhileMeasured: [],
    baseline: {
      server: "C, epoll",
      client: "C client",
      pacer: "C pacer",
      pair: "sockperf, polling",
      oneWay: "iperf3, unverified",
    },
  },
  servers: { single: { "C, epoll": [100, 200, 400], fast: [150, 300, 800] } },
  clients: { single: { "C client": [100, 200, 400] } },
  p99_9Ns: {
    servers: { single: { "C, epoll": [1_000, 1_000, 2_000], fast: [500, 1_000, 1_000] } },
    clients: { single: { "C client": [1_000, 1_000, 2_000] } },
  },
  schedules: { "paced-10k": { "C pacer": [10, 20, 40].map(paced), ours: [30, 40, 120].map(paced) } },
  pairs: { "ping-pong": { ours: [12, 12, 40].map(roundTrips), "sockperf, polling": [8, 10, 20].map(roundTrips) } },
  oneWay: { "upload-8": { ours: [3e9, 2e9, 4e9].map(goodput), "iperf3, unverified": [2e9, 2e9, 1e9].map(goodput) } },
  latency: { single: { "C, epoll": resultOf(), fast: resultOf() } },
  failed: { liar: "exit code 1" },
  notInstalled: ["Go"],
};

test("ranks by messages a second, with ratios to the baseline in the same round", () => {
  const [first, second] = rankRivals(result, "servers", "single");
  expect(first).toMatchObject({
    name: "fast",
    messagesPerSecond: { median: 300, ratio: 1.5, interval: { low: 1.5, high: 2 } },
    p99_9Ns: { median: 1_000, ratio: 0.5, interval: { low: 0.5, high: 1 } },
  });
  expect(second).toMatchObject({ name: "C, epoll", messagesPerSecond: { median: 200, ratio: 1 } });
});

test("prints a table for each load and side, with both ratios and their intervals", () => {
  const text = renderPeers(result);
  expect(text).toStartWith(
    "Servers, 1 x 64 B\n          messages/s                 to C    p99.9                 to C\n",
  );
  expect(text).toContain("\nfast             300  1.50 (1.50 to 2.00)  1.00 µs  0.50 (0.50 to 1.00)\n");
  expect(text).toContain("\nClients, 1 x 64 B\n");
  expect(text).toContain("2 s each after 3 s of warm-up");
  expect(text).toContain("Machine warning: it is busy\nFailed, not ranked: liar: exit code 1\nNot installed: Go");
});

test("prints how well each client kept a schedule, the one with the shortest p99 first", () => {
  const text = renderPeers(result);
  expect(text).toContain("Schedules, 10 x 64 B at 10k/s\n");
  expect(text).toMatch(
    /\nC pacer +10,000 +2\.00 µs +1\.00 .* 20\.0 µs +1\.00 .*\nours +10,000 +4\.00 µs +3\.00 \(2\.00 to 3\.00\)/,
  );
  expect(renderPeers({ ...result, schedules: {} })).not.toContain("chedule");
});

test("prints rate and round trips of pairs, each with its ratio to the same round", () => {
  const text = renderPeers(result);
  expect(text).toMatch(
    /\nPairs, 1 x 64 B\n +round trips\/s +to sockperf +p50 +to sockperf +p99 +to sockperf +p99\.9 +to/,
  );
  expect(text).toMatch(
    /\nsockperf, polling +100,000 +1\.00 .*\nours +83,333 +0\.67 \(0\.50 to 0\.83\) +12\.0 µs +1\.50 \(1\.20 to 2\.00\) +24\.0 µs +1\.50 /,
  );
  expect(text).toContain("Polling ends look at their sockets without sleeping");
  expect(renderPeersPage(result)).toContain("<h2>Pairs, 1 x 64 B</h2>");
  const without = { ...result, pairs: {} };
  expect(renderPeers(without) + renderPeersPage(without)).not.toContain("Pairs");
});

test("prints the goodput of each way, the highest first, with its ratio to the same round", () => {
  const text = renderPeers(result);
  expect(text).toMatch(/\nOne way, upload over 8 connections\n +goodput +to iperf3\n/);
  expect(text).toMatch(/\nours +24\.0 Gbit\/s +1\.50 \(1\.00 to 4\.00\)\niperf3, unverified +16\.0 Gbit\/s +1\.00 /);
  expect(text).toContain("iperf3 compares none");
  expect(renderPeersPage(result)).toContain("<h2>One way, upload over 8 connections</h2>");
  expect(renderPeers({ ...result, oneWay: {} })).not.toContain("One way");
});

test.each([
  [1, [100], "1 round, no interval", /fast +300 +3\.00 {2}/],
  [3, [100, 200, 300], "their median and their range", /fast +300 +1\.50 \(1\.00 to 3\.00\)/],
  [6, [100, 200, 300, 300, 300, 300], "its 95 % interval", /fast +300 +1\.00 \(1\.00 to 2\.25\)/],
])("%d rounds are said to have the interval that they can have", (rounds, base, sentence, row) => {
  const own = base.map(() => 300);
  const few = { ...result, rounds, servers: { single: { "C, epoll": base, fast: own } }, clients: {} };
  const text = renderPeers({ ...few, p99_9Ns: { servers: { single: { "C, epoll": base, fast: own } }, clients: {} } });
  expect(text).toContain(sentence);
  expect(text).toMatch(row);
  if (rounds < 2) expect(renderPeersPage(few)).not.toContain("95 % interval");
});

test("what was verified under the load follows from the client that made it", () => {
  expect(renderPeers(result)).toContain("under this load bytes were counted only");
  expect(renderPeers({ ...result, loadVerifies: true })).toContain("under this load every byte was verified too");
});

test("a rival that fails while it is measured leaves every table, and the baseline cannot", () => {
  const copy = structuredClone(result);
  exclude(copy, "servers", "fast", "small, round 2: exit code 1");
  expect(Object.keys(copy.servers["single"] ?? {})).toEqual(["C, epoll"]);
  expect(Object.keys(copy.p99_9Ns.servers["single"] ?? {})).toEqual(["C, epoll"]);
  expect(Object.keys(copy.latency["single"] ?? {})).toEqual(["C, epoll"]);
  expect(copy.failedWhileMeasured).toEqual(["fast"]);
  expect(renderPeers(copy)).toContain("Failed, not ranked: fast: small, round 2: exit code 1");
  expect(() => exclude(copy, "servers", "C, epoll", "it ended")).toThrow(
    "C, epoll, which all others are compared with",
  );
});

test("the page has a bar for each rival, a plot for each load, and the result as its schema defines it", () => {
  const page = renderPeersPage(result);
  expect(page.split('class="ratio').length - 1).toBe(3);
  expect(page.split('class="chart"').length - 1).toBe(1);
  const data = /id="data">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
  expect(peersResultSchema.parse(JSON.parse(data))).toEqual(peersResultSchema.parse(result));
});

test("every server meets the first client and every client the first server, the first ones once", () => {
  expect(pairUp(["C", "Go"], ["c", "ours"])).toEqual([
    { server: "C", client: "c", sides: ["servers", "clients"] },
    { server: "Go", client: "c", sides: ["servers"] },
    { server: "C", client: "ours", sides: ["clients"] },
  ]);
  expect(pairUp([], ["c"])).toEqual([]);
});

test("a measurement to which nothing came back is a failure, and what is a multiple of 0 has no ratio", () => {
  const figures = { messagesPerSecond: 0, p99_9Ns: 0 };
  expect(() => record(result, "servers", "single", "fast", figures)).toThrow("nothing came back");
  const idle = { "C pacer": [{ ...paced(10), sendLagP99Ns: 0 }], ours: [paced(30)] };
  const text = renderPeers({ ...result, rounds: 1, schedules: { "paced-10k": idle } });
  expect(text).toMatch(/^ours +10,000 +3\.00 µs +– /m);
  expect(renderPeersPage({ ...result, schedules: { "paced-10k": idle } })).not.toMatch(/Infinity|NaN/);
});

test.each(["constructor", "toString", "__proto__"])("a rival may be called %s", (rival) => {
  const none = { ...result, servers: {}, p99_9Ns: { servers: {}, clients: {} } };
  for (const messagesPerSecond of [100, 200]) {
    for (const name of ["C, epoll", rival])
      record(none, "servers", "single", name, { messagesPerSecond, p99_9Ns: 1_000 });
  }
  const ranked = rankRivals(none, "servers", "single");
  expect(ranked.map(({ name, messagesPerSecond: { median } }) => [name, median])).toContainEqual([rival, 150]);
});
