import { colors } from "consola/utils";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatCount } from "../../lib/text/format-units.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { shardColumns, shardRows } from "./shard-rows.ts";

const paint = { plain: (text: string) => text, doubt: colors.yellow, bad: colors.red } as const;

/** The shards that a merged result was made of. */
export function renderParts(result: DecodedResult): string[] {
  const { rows, more } = shardRows(result);
  if (rows.length === 0) return [];
  const table = renderTable(
    shardColumns,
    rows.map(({ cells, state, level }) => [...cells, paint[level](state)]),
  );
  return [
    colors.bold("Shards"),
    ...table.split("\n").map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
  ];
}
