import { median } from "simple-statistics";
import { messages } from "../../lib/cli/command.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { formatByteRate, formatLatency, formatSize } from "../../lib/units.ts";
import { measure, type Timing } from "../driver/measure.ts";
import { type BuffersOptions, roundsOf, timingOf } from "../options.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { programCommand, quietServer, startServer } from "../driver/processes.ts";
import { saveResult } from "../driver/save-result.ts";
import { renderTable } from "../../lib/text-table.ts";

/** What may be left of the best throughput by a smaller buffer that is as good for all that can be told. */
const AS_GOOD = 0.95;

const CONNECTIONS = 10;

/** One measurement: `bufferBytes` undefined is the kernel's autotuning. */
export interface BufferRun {
  readonly bufferBytes: number | undefined;
  readonly messageBytes: number;
  readonly bytesPerSecond: number;
  readonly p99Ns: number;
  /** what the kernel gave the client's sockets */
  readonly grantedSndbufBytes: number;
  readonly grantedRcvbufBytes: number;
}

/** The medians of one buffer and message size. */
interface Cell extends BufferRun {
  /** of the best throughput with this message size */
  readonly share: number;
}

/** Medians by buffer and message size. */
export function summarizeBuffers(runs: readonly BufferRun[]): Cell[] {
  const groups = Map.groupBy(runs, ({ bufferBytes, messageBytes }) => `${bufferBytes} ${messageBytes}`);
  const cells = [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const of = (pick: (run: BufferRun) => number): number => median(own.map(pick));
    return [{ ...first, bytesPerSecond: of((run) => run.bytesPerSecond), p99Ns: of((run) => run.p99Ns) }];
  });
  return cells.map((cell) => {
    const rivals = cells.filter(({ messageBytes }) => messageBytes === cell.messageBytes);
    return { ...cell, share: cell.bytesPerSecond / Math.max(...rivals.map(({ bytesPerSecond }) => bytesPerSecond)) };
  });
}

/** A setting and what it leaves of the best throughput with the message size it suits least. */
export interface Recommendation {
  readonly bufferBytes: number | undefined;
  readonly worstShare: number;
}

/** The smallest buffer that is as good as any over all message sizes; autotuning before all others where it is. */
export function recommendBuffer(cells: readonly Cell[]): Recommendation {
  const buffers = [...new Set(cells.map(({ bufferBytes }) => bufferBytes))];
  const rated = buffers.map((bufferBytes) => {
    const shares = cells.filter((cell) => cell.bufferBytes === bufferBytes).map(({ share }) => share);
    return { bufferBytes, worstShare: Math.min(...shares) };
  });
  const best = Math.max(...rated.map(({ worstShare }) => worstShare));
  const good = rated.filter(({ worstShare }) => worstShare >= best * AS_GOOD);
  const [chosen] = good.toSorted((a, b) => (a.bufferBytes ?? 0) - (b.bufferBytes ?? 0));
  return chosen ?? { bufferBytes: undefined, worstShare: 0 };
}

const bufferText = (bytes: number | undefined): string => (bytes === undefined ? "autotuned" : formatSize(bytes));

function toRun(bufferBytes: number | undefined, messageBytes: number, result: RunResult): BufferRun {
  return {
    bufferBytes,
    messageBytes,
    bytesPerSecond: result.throughput.bytesPerSecond,
    p99Ns: result.rttNs.p99,
    grantedSndbufBytes: result.tcpInfo?.sndbufBytes ?? 0,
    grantedRcvbufBytes: result.tcpInfo?.rcvbufBytes ?? 0,
  };
}

async function measureOne(
  bufferBytes: number | undefined,
  messageBytes: number,
  timing: Timing,
  placement: Placement,
): Promise<BufferRun> {
  const buffer = bufferBytes === undefined ? [] : ["--buffer", String(bufferBytes)];
  const command = [...placement.server, ...programCommand("server"), ...quietServer, ...buffer];
  await using server = await startServer(command);
  const scenario = { name: "buffers", connections: CONNECTIONS, messageBytes, pipeline: 1 };
  const site = { prefix: placement.load, port: server.port, options: buffer };
  return toRun(bufferBytes, messageBytes, await measure(scenario, timing, site));
}

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

function renderRecommendation({ bufferBytes, worstShare }: Recommendation): string {
  const share = `at least ${(worstShare * 100).toFixed(0)} % of the best throughput with every message size`;
  return bufferBytes === undefined
    ? `Leave the buffers to the kernel: that gives ${share}.`
    : `Give server and client --buffer ${bufferBytes}: the smallest that gives ${share}.`;
}

/** Measures socket buffers of server and client against message sizes and says which to use. */
export async function runBuffers(options: BuffersOptions): Promise<string> {
  const rounds = roundsOf(options);
  const timing = timingOf(options);
  const placement = choosePlacement();
  const runs: BufferRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const messageBytes of options.sizes) {
      for (const bufferBytes of [undefined, ...options.buffers]) {
        messages.log(`round ${round} of ${rounds}: ${formatSize(messageBytes)}, ${bufferText(bufferBytes)}`);
        runs.push(await measureOne(bufferBytes, messageBytes, timing, placement));
      }
    }
  }
  const cells = summarizeBuffers(runs);
  const recommendation = recommendBuffer(cells);
  const json = JSON.stringify({ runs, recommendation }, null, 2);
  if (options.out) await saveResult(options.out, "buffers.json", json);
  if (options.format === "json") return json;
  const legend = `${CONNECTIONS} connections, medians of ${rounds} interleaved rounds; ${placement.description}. Linux keeps twice what it is asked for.`;
  return [renderCells(cells), "", legend, renderRecommendation(recommendation)].join("\n");
}
