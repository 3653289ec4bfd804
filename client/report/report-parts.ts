import { colors } from "consola/utils";
import type { DecodedResult } from "../../lib/result/decoded-result.ts";
import { formatCount } from "../../lib/text/format-units.ts";
import { renderTable } from "../../lib/text/text-table.ts";
import { shardTable } from "./shard-table.ts";

const paint = { plain: (text: string) => text, doubt: colors.yellow, bad: colors.red } as const;

/** The shards that a merged result was made of. */
export function renderParts(result: DecodedResult): string[] {
  const { columns, rows, more } = shardTable(result);
  if (rows.length === 0) return [];
  const table = renderTable(
    columns,
    rows.map(({ cells, state, level }) => [...cells, paint[level](state)]),
  );
  return [
    colors.bold("Shards"),
    ...table.split("\n").map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
  ];
}
