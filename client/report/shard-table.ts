import { briefFields } from "../../lib/latency/percentiles.ts";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import type { Merged } from "../../lib/result/run-result.ts";
import { hasMessages } from "../../lib/result/load-modes.ts";
import {
  formatByteRate,
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  plural,
} from "../../lib/text/format-units.ts";

/** A report lists so many shards; the result has all. */
const SHOWN = 64;

/** The columns that say what was measured: of loads that are measured in bytes, bytes. */
const messageColumns = ["messages", "a second", ...briefFields] as const;
const byteColumns = ["bytes", "a second"] as const;

type Part = Merged["parts"][number];

const messageCells = ({ messages, messagesPerSecond, rttNs }: Part): string[] => [
  formatCount(messages),
  formatCount(messagesPerSecond),
  ...briefFields.map((field) => (rttNs.count > 0 ? formatLatency(rttNs[field]) : "–")),
];

const byteCells = ({ bytesReceived, durationMs }: Part): string[] => [
  formatBytes(bytesReceived),
  formatByteRate(durationMs > 0 ? bytesReceived / (durationMs / 1_000) : 0),
];

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
export function shardTable({ merged, options, window: { openedAt } }: DecodedResult): {
  readonly columns: readonly string[];
  readonly rows: readonly ShardRow[];
  /** shards that are not listed */
  readonly more: number;
} {
  const ofMessages = hasMessages(options["mode"]);
  const columns = ["shard", "opened", "window", ...(ofMessages ? messageColumns : byteColumns), "state"];
  if (!merged) return { columns, rows: [], more: 0 };
  const shown = merged.parts.slice(0, SHOWN);
  const parts = shown.map((part) => ({
    cells: [
      String(part.index),
      `+${formatDuration(Math.round((part.openedAt - (openedAt ?? part.openedAt)) / 1_000))}`,
      formatDuration(Math.round(part.durationMs)),
      ...(ofMessages ? messageCells(part) : byteCells(part)),
    ],
    ...stateOf(part.index, merged, part.errors),
  }));
  const empty = columns.slice(2).map(() => "");
  const gone = merged.missing
    .slice(0, SHOWN)
    .map((index) => ({ cells: [String(index), ...empty], state: "missing", level: "bad" as const }));
  const rows = [...parts, ...gone].toSorted((one, other) => Number(one.cells[0]) - Number(other.cells[0]));
  return { columns, rows, more: merged.parts.length + merged.missing.length - rows.length };
}
