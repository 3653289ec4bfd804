import { colors } from "consola/utils";
import { briefFields } from "../../lib/latency/percentiles.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { Merged } from "../../lib/result/run-result.ts";
import { formatCount, formatDuration, formatLatency } from "../../lib/text/format-units.ts";
import { renderTable } from "../../lib/text/text-table.ts";

/** The report lists so many shards; the result has all. */
const SHOWN = 64;

function stateOf(index: number, { cutShort }: Merged, errors: number): string {
  if (errors > 0) return colors.red(`${formatCount(errors)} errors`);
  return cutShort.includes(index) ? colors.yellow("cut short") : "whole";
}

/** The shards that a merged result was made of, and when their windows opened after the first one. */
export function renderParts({ merged, window: { openedAt } }: DecodedResult): string[] {
  if (!merged) return [];
  const rows = merged.parts
    .slice(0, SHOWN)
    .map((part) => [
      String(part.index),
      `+${formatDuration(Math.round((part.openedAt - (openedAt ?? part.openedAt)) / 1_000))}`,
      formatDuration(Math.round(part.durationMs)),
      formatCount(part.messages),
      formatCount(part.messagesPerSecond),
      ...briefFields.map((field) => (part.rttNs.count > 0 ? formatLatency(part.rttNs[field]) : "–")),
      stateOf(part.index, merged, part.errors),
    ]);
  const gone = merged.missing.slice(0, SHOWN).map((index) => [String(index), "", "", "", "", "", "", "", "missing"]);
  const all = [...rows, ...gone].toSorted(([one], [other]) => Number(one) - Number(other));
  const table = renderTable(["shard", "opened", "window", "messages", "a second", ...briefFields, "state"], all);
  const more = merged.parts.length - rows.length;
  return [
    colors.bold("Shards"),
    ...table.split("\n").map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
  ];
}
