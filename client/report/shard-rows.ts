import { briefFields } from "../../lib/latency/percentiles.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { Merged } from "../../lib/result/run-result.ts";
import { formatCount, formatDuration, formatLatency, plural } from "../../lib/text/format-units.ts";

/** A report lists so many shards; the result has all. */
const SHOWN = 64;

/** What the columns of a row are. */
export const shardColumns = ["shard", "opened", "window", "messages", "a second", ...briefFields, "state"] as const;

/** One shard of a merged result. */
export interface ShardRow {
  /** of all columns except the last */
  readonly cells: readonly string[];
  readonly state: string;
  /** how good the state is */
  readonly level: "plain" | "doubt" | "bad";
}

function stateOf(index: number, { cutShort }: Merged, errors: number): Pick<ShardRow, "state" | "level"> {
  if (errors > 0) return { state: plural(errors, "error"), level: "bad" };
  return cutShort.includes(index) ? { state: "cut short", level: "doubt" } : { state: "whole", level: "plain" };
}

/** The shards that a merged result was made of, and when their windows opened after the first one; also those that are missing. */
export function shardRows({ merged, window: { openedAt } }: DecodedResult): {
  readonly rows: readonly ShardRow[];
  /** shards that are not listed */
  readonly more: number;
} {
  if (!merged) return { rows: [], more: 0 };
  const shown = merged.parts.slice(0, SHOWN);
  const parts = shown.map((part) => ({
    cells: [
      String(part.index),
      `+${formatDuration(Math.round((part.openedAt - (openedAt ?? part.openedAt)) / 1_000))}`,
      formatDuration(Math.round(part.durationMs)),
      formatCount(part.messages),
      formatCount(part.messagesPerSecond),
      ...briefFields.map((field) => (part.rttNs.count > 0 ? formatLatency(part.rttNs[field]) : "–")),
    ],
    ...stateOf(part.index, merged, part.errors),
  }));
  const empty = shardColumns.slice(2).map(() => "");
  const gone = merged.missing
    .slice(0, SHOWN)
    .map((index) => ({ cells: [String(index), ...empty], state: "missing", level: "bad" as const }));
  const rows = [...parts, ...gone].toSorted((one, other) => Number(one.cells[0]) - Number(other.cells[0]));
  return { rows, more: merged.parts.length + merged.missing.length - rows.length };
}
