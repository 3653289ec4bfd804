import { median } from "simple-statistics";
import { z } from "zod";
import { renderTable } from "../../lib/text/text-table.ts";
import { formatByteRate, formatLatency, formatSize, plural } from "../../lib/text/format-units.ts";
import { conditionsShape } from "../driver/conditions.ts";

const bufferBytes = z
  .int()
  .min(1)
  .optional()
  .describe("--buffer of server and client; absent where the kernel tunes the buffers itself");

const bufferRun = z.object({
  bufferBytes,
  messageBytes: z.int().min(1),
  bytesPerSecond: z.number(),
  p99Ns: z.number().describe("of the round trip"),
  grantedSndbufBytes: z.number().describe("what the kernel granted the client's sockets"),
  grantedRcvbufBytes: z.number().describe("what the kernel granted the client's sockets"),
});

/** The result of `bench buffers`, `echobench.buffers/1`. */
export const buffersResultSchema = z.object({
  schema: z.literal("echobench.buffers/1"),
  ...conditionsShape,
  connections: z.int().min(1),
  runs: z.array(bufferRun).describe("every measurement, in the order in which they were made"),
  recommendation: z.object({
    bufferBytes,
    worstShare: z
      .number()
      .describe("part of the best throughput that is left with the message size this setting suits least"),
  }),
});

/** The result of `bench buffers`. */
export type BuffersResult = z.output<typeof buffersResultSchema>;

/** One measurement. */
export type BufferRun = z.output<typeof bufferRun>;

type Recommendation = BuffersResult["recommendation"];

/** A buffer is as good as another when it leaves at least this part of the other's throughput. */
const AS_GOOD = 0.95;

/** The medians of one buffer and message size. */
interface Cell extends BufferRun {
  /** part of the best throughput with this message size */
  readonly share: number;
}

/** Medians by buffer and message size. */
export function summarizeBuffers(runs: readonly BufferRun[]): Cell[] {
  const groups = Map.groupBy(runs, (run) => `${run.bufferBytes} ${run.messageBytes}`);
  const cells = [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const of = (pick: (run: BufferRun) => number): number => median(own.map(pick));
    return [{ ...first, bytesPerSecond: of((run) => run.bytesPerSecond), p99Ns: of((run) => run.p99Ns) }];
  });
  return cells.map((cell) => {
    const sameSize = cells.filter(({ messageBytes }) => messageBytes === cell.messageBytes);
    return { ...cell, share: cell.bytesPerSecond / Math.max(...sameSize.map(({ bytesPerSecond }) => bytesPerSecond)) };
  });
}

/** The smallest buffer that is as good as the best over all message sizes; autotuning if it is as good. */
export function recommendBuffer(cells: readonly Cell[]): Recommendation {
  const buffers = [...new Set(cells.map((cell) => cell.bufferBytes))];
  const rated = buffers.map((bytes) => {
    const shares = cells.filter((cell) => cell.bufferBytes === bytes).map(({ share }) => share);
    return { bufferBytes: bytes, worstShare: Math.min(...shares) };
  });
  const best = Math.max(...rated.map(({ worstShare }) => worstShare));
  const good = rated.filter(({ worstShare }) => worstShare >= best * AS_GOOD);
  const [chosen] = good.toSorted((a, b) => (a.bufferBytes ?? 0) - (b.bufferBytes ?? 0));
  return chosen ?? { bufferBytes: undefined, worstShare: 0 };
}

/** A buffer setting in words. */
export const bufferText = (bytes: number | undefined): string =>
  bytes === undefined ? "autotuned" : formatSize(bytes);

function renderCells(cells: readonly Cell[]): string {
  const header = ["message", "buffer", "granted send", "granted receive", "data", "of the best", "p99"];
  const rows = cells
    .toSorted((a, b) => a.messageBytes - b.messageBytes || (a.bufferBytes ?? 0) - (b.bufferBytes ?? 0))
    .map((cell) => [
      formatSize(cell.messageBytes),
      bufferText(cell.bufferBytes),
      formatSize(cell.grantedSndbufBytes),
      formatSize(cell.grantedRcvbufBytes),
      formatByteRate(cell.bytesPerSecond),
      `${(cell.share * 100).toFixed(0)} %`,
      formatLatency(cell.p99Ns),
    ]);
  return renderTable(header, rows);
}

function renderRecommendation({ bufferBytes: bytes, worstShare }: Recommendation): string {
  const share = `at least ${(worstShare * 100).toFixed(0)} % of the best throughput with every message size`;
  return bytes === undefined
    ? `Leave the buffers to the kernel: that gives ${share}.`
    : `Give server and client --buffer ${bytes}: the smallest that gives ${share}.`;
}

/** The result as a table with advice. */
export function renderBuffers({ runs, recommendation, connections, rounds, placement, doubts }: BuffersResult): string {
  return [
    renderCells(summarizeBuffers(runs)),
    "",
    `${connections} connections, medians of ${plural(rounds, "interleaved round")}; ${placement}. Linux grants twice what it is asked for.`,
    ...doubts.map((warning) => `Machine warning: ${warning}`),
    renderRecommendation(recommendation),
    ...(rounds < 2 ? ["That is of 1 round, which does not show how much runs differ: give it more --rounds."] : []),
  ].join("\n");
}
