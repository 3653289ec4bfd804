import { z } from "zod";
import { messages, programCommand } from "../../lib/cli/command.ts";
import { list } from "../../lib/cli/option-kinds.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { exitCodes, InterruptedError } from "../../lib/errors.ts";
import type { RunResult } from "../../lib/result/run-result.ts";
import { parseSizeBytes } from "../../lib/text/parse-units.ts";
import { formatSize } from "../../lib/text/format-units.ts";
import { describeConditions } from "../driver/conditions.ts";
import { measure, type Timing } from "../driver/measure.ts";
import { lengthOptions, roundsOf, roundsOption, timingOf } from "../driver/options.ts";
import { choosePlacement, type Placement } from "../driver/placement.ts";
import { commandLineOf, quietServer, startServer, unlessInterrupted } from "../driver/processes.ts";
import { measuringNotes, savingOption, tableOptions } from "../report/options.ts";
import { openReportFolder, saveFile } from "../driver/report-folder.ts";
import {
  type BufferRun,
  type BuffersResult,
  bufferText,
  recommendBuffer,
  renderBuffers,
  summarizeBuffers,
} from "./buffers-result.ts";

/** A gibibyte, the largest message size. */
const MAX_SIZE_BYTES = 2 ** 30;

const CONNECTIONS = 10;

const sizes = (what: string, standard: string) =>
  list("SIZE", "sizes from 1 to 1 GiB such as 64k or 1m", (written) => {
    const parsed = parseSizeBytes(written);
    return parsed !== undefined && parsed > 0 && parsed <= MAX_SIZE_BYTES ? parsed : undefined;
  })
    .prefault(standard.split(","))
    .describe(`${what} (default: ${standard})`);

const sweeping = {
  buffers: sizes("socket buffers to try, besides the kernel's autotuning", "16k,64k,256k,1m,4m"),
  sizes: sizes("message sizes to try them with", "1k,64k,1m"),
};
const measuring = { ...roundsOption, ...lengthOptions };
const schema = z.object({ ...sweeping, ...measuring, ...savingOption, ...tableOptions });

const toRun = (bufferBytes: number | undefined, messageBytes: number, result: RunResult): BufferRun => ({
  bufferBytes,
  messageBytes,
  bytesPerSecond: result.throughput.bytesPerSecond,
  p99Ns: result.rttNs.p99,
  grantedSndbufBytes: result.tcpInfo?.sndbufBytes ?? 0,
  grantedRcvbufBytes: result.tcpInfo?.rcvbufBytes ?? 0,
});

async function measureOne(
  bufferBytes: number | undefined,
  messageBytes: number,
  timing: Timing,
  placement: Placement,
): Promise<BufferRun> {
  const options = bufferBytes === undefined ? [] : ["--buffer", String(bufferBytes)];
  await using server = await startServer([...placement.server, ...commandLineOf("server"), ...quietServer, ...options]);
  const scenario = { name: "buffers", connections: CONNECTIONS, messageBytes, pipeline: 1 };
  const setup = { prefix: placement.load, port: server.port, options };
  return toRun(bufferBytes, messageBytes, await measure(scenario, timing, setup));
}

/** Measures every socket buffer with every message size in each round, until a stop. */
async function runBuffers(options: z.output<typeof schema>, stop: AbortSignal): Promise<BuffersResult> {
  const rounds = roundsOf(options);
  const timing = timingOf(options);
  const placement = choosePlacement();
  const conditions = describeConditions(placement.description, rounds, timing);
  const runs: BufferRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const messageBytes of options.sizes) {
      for (const bufferBytes of [undefined, ...options.buffers]) {
        if (stop.aborted) break;
        messages.log(`round ${round} of ${rounds}: ${formatSize(messageBytes)}, ${bufferText(bufferBytes)}`);
        const run = await measureOne(bufferBytes, messageBytes, timing, placement).catch(unlessInterrupted(stop));
        if (run) runs.push(run);
      }
    }
  }
  if (runs.length === 0) throw new InterruptedError("interrupted before anything was measured");
  const recommendation = recommendBuffer(summarizeBuffers(runs));
  return { schema: "echobench.buffers/1", ...conditions, connections: CONNECTIONS, runs, recommendation };
}

/** `bench buffers`. */
export const buffersCommand = programCommand({
  name: "echo-bench buffers",
  command: "bun run bench buffers",
  summary: "measures socket buffers against message sizes and says which to use",
  sections: { Sweeping: sweeping, Measuring: measuring, Output: { ...savingOption, ...tableOptions } },
  schema,
  examples: [["bun run bench buffers --sizes 64k --buffers 64k,1m", "two buffers and autotuning, one message size"]],
  notes: measuringNotes,
  run: async (options) => {
    if (options.out) await openReportFolder(options.out);
    const stop = watchStop();
    const result = await runBuffers(options, stop);
    const json = JSON.stringify(result, null, 2);
    if (options.out) await saveFile(options.out, "buffers.json", json);
    await print(`${options.format === "json" ? json : renderBuffers(result)}\n`);
    return stop.aborted ? exitCodes.interrupted : exitCodes.success;
  },
});
