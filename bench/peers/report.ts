import { harmless } from "../../lib/text/harmless.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { formatCount, formatLatency, plural } from "../../lib/text/format-units.ts";
import { type Contest, contests, rankContestants, rankRivals, type RankedValue, spreadOf } from "./ranking.ts";
import { loadText, type PeersResult, ratioTitle, type Side } from "./result.ts";

/** A ratio to the baseline; a dash where the baseline measured 0. */
export const multipleText = (ratio: number): string => (Number.isFinite(ratio) ? ratio.toFixed(2) : "–");

const ratioText = ({ ratio, interval }: RankedValue): string =>
  interval
    ? `${multipleText(ratio)} (${multipleText(interval.low)} to ${multipleText(interval.high)})`
    : multipleText(ratio);

const spreadText = {
  none: "1 round, no interval",
  range: "their median and their range, since a 95 % interval takes six rounds",
  "95 % interval": "their median and its 95 % interval",
} as const;

function tables(result: PeersResult, side: Side, title: string): string[] {
  const toBaseline = ratioTitle(result, side);
  const titles = ["", "messages/s", toBaseline, "p99.9", toBaseline];
  return Object.keys(result[side]).flatMap((scenario) => {
    const rows = rankRivals(result, side, scenario).map(({ name, messagesPerSecond, p99_9Ns }) => [
      name,
      formatCount(messagesPerSecond.median),
      ratioText(messagesPerSecond),
      formatLatency(p99_9Ns.median),
      ratioText(p99_9Ns),
    ]);
    return [`${title}, ${loadText(scenario)}`, renderTable(titles, rows), ""];
  });
}

function contestTables(result: PeersResult, contest: Contest): string[] {
  const { kind, title, columns } = contest;
  const toBaseline = ratioTitle(result, kind);
  const titles = ["", ...columns.flatMap((column) => [column.title, ...(column.isCompared ? [toBaseline] : [])])];
  return Object.keys(result[kind]).flatMap((scenario) => {
    const rows = rankContestants(result, contest, scenario).map(({ name, cells }) => [
      name,
      ...cells.flatMap(({ column: { format, isCompared }, value }) => [
        format(value.median),
        ...(isCompared ? [ratioText(value)] : []),
      ]),
    ]);
    return [`${title}, ${loadText(scenario)}`, renderTable(titles, rows), ""];
  });
}

const contestMethods = {
  schedules:
    "Schedules are open loops: their round trips count from when a message was due, and the send lag is the client's own lateness. echobench's client places its threads itself there, as by default.",
  pairs:
    "Pairs are a server and a client of one maker with one message in flight, compared with sockperf's polling ends. Polling ends look at their sockets without sleeping, a core each; round trips of sleeping ends include how long the kernel takes to wake them. sockperf warms up for 0.4 s and then measures to the next whole second.",
  oneWay:
    "Rivals of one way are a server and a client of one maker, and the end that receives counts. A verifying one compares every byte that it receives. iperf3 compares none; it measures whole seconds after whole seconds of warm-up.",
} as const;

/** How the figures were measured, a sentence each. */
export function methodOf(result: PeersResult): string[] {
  const { rounds, timing, placement, load, loadVerifies, baseline } = result;
  return [
    `Medians of ${plural(rounds, "interleaved round")}, ${timing.durationMs / 1_000} s each after ${timing.warmupMs / 1_000} s of warm-up; ${placement}.`,
    `Ratios are to ${baseline.server} and ${baseline.client} in the same round: ${spreadText[spreadOf(rounds)]}. p99.9 is of the round trip.`,
    `The servers' load is ${load}; the clients load ${baseline.server}. Each ranked server passed a check of every byte before; under this load ${loadVerifies ? "every byte was verified too" : "bytes were counted only"}.`,
    ...contests.flatMap(({ kind }) => (Object.keys(result[kind]).length > 0 ? [contestMethods[kind]] : [])),
  ];
}

/** The result as tables, the fastest rival first. */
export function renderPeers(foreign: PeersResult): string {
  const result = harmless(foreign);
  const { failed, notInstalled, doubts } = result;
  return [
    ...tables(result, "servers", "Servers"),
    ...tables(result, "clients", "Clients"),
    ...contests.flatMap((contest) => contestTables(result, contest)),
    ...methodOf(result),
    ...doubts.map((warning) => `Machine warning: ${warning}`),
    ...Object.entries(failed).map(([name, reason]) => `Failed, not ranked: ${name}: ${reason}`),
    ...(notInstalled.length > 0 ? [`Not installed: ${notInstalled.join(", ")}`] : []),
  ].join("\n");
}
