import { harmless } from "../../lib/text/harmless.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { formatCount, formatLatency, plural } from "../../lib/text/format-units.ts";
import { rankPacers, rankRivals, type RankedValue, scheduleColumns, spreadOf } from "./ranking.ts";
import { loadText, type PeersResult, ratioTitle, type Side } from "./result.ts";

const ratioText = ({ ratio, interval }: RankedValue): string =>
  interval ? `${ratio.toFixed(2)} (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})` : ratio.toFixed(2);

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

function scheduleTables(result: PeersResult): string[] {
  const toBaseline = ratioTitle(result, "schedules");
  const titles = ["", "messages/s", ...scheduleColumns.flatMap(({ title }) => [title, toBaseline])];
  return Object.keys(result.schedules).flatMap((scenario) => {
    const rows = rankPacers(result, scenario).map(({ name, messagesPerSecond, values }) => [
      name,
      formatCount(messagesPerSecond),
      ...scheduleColumns.flatMap(({ quantity }) => [
        formatLatency(values[quantity].median),
        ratioText(values[quantity]),
      ]),
    ]);
    return [`Schedules, ${loadText(scenario)}`, renderTable(titles, rows), ""];
  });
}

/** How the figures were measured, a sentence each. */
export const methodOf = ({
  rounds,
  timing,
  placement,
  load,
  loadVerifies,
  baseline,
  schedules,
}: PeersResult): string[] => [
  `Medians of ${plural(rounds, "interleaved round")}, ${timing.durationMs / 1_000} s each after ${timing.warmupMs / 1_000} s of warm-up; ${placement}.`,
  `Ratios are to ${baseline.server} and ${baseline.client} in the same round: ${spreadText[spreadOf(rounds)]}. p99.9 is of the round trip.`,
  `The servers' load is ${load}; the clients load ${baseline.server}. Each ranked server passed a check of every byte before; under this load ${loadVerifies ? "every byte was verified too" : "bytes were counted only"}.`,
  ...(Object.keys(schedules).length > 0
    ? [
        "Schedules are open loops: their round trips count from when a message was due, and the send lag is the client's own lateness.",
      ]
    : []),
];

/** The result as tables, the fastest rival first. */
export function renderPeers(foreign: PeersResult): string {
  const result = harmless(foreign);
  const { failed, notInstalled, doubts } = result;
  return [
    ...tables(result, "servers", "Servers"),
    ...tables(result, "clients", "Clients"),
    ...scheduleTables(result),
    ...methodOf(result),
    ...doubts.map((warning) => `Machine warning: ${warning}`),
    ...Object.entries(failed).map(([name, reason]) => `Failed, not ranked: ${name}: ${reason}`),
    ...(notInstalled.length > 0 ? [`Not installed: ${notInstalled.join(", ")}`] : []),
  ].join("\n");
}
