import { z } from "zod";
import { programCommand } from "../../lib/cli/command.ts";
import { repeatable } from "../../lib/cli/option-kinds.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { exitCodes } from "../../lib/errors.ts";
import type { Timing } from "../driver/measure.ts";
import { lengthOptions, roundsOf, roundsOption, scenarioOption, timingOf } from "../driver/options.ts";
import { peerScenarios, withNames } from "../driver/scenarios.ts";
import { measuringNotes, savingOption, tableOptions } from "../report/options.ts";
import { openReportFolder, saveFile } from "../driver/report-folder.ts";
import { renderPeersPage } from "./page.ts";
import { measurePeers } from "./peers.ts";
import { renderPeers } from "./report.ts";
import type { PeersResult } from "./result.ts";
import { parseRival } from "./rival-servers.ts";

const competing = {
  peer: repeatable("NAME=COMMAND", "a name and a command that holds {port}, such as mine='./server {port}'", parseRival)
    .prefault([])
    .describe("another echo server to measure, started by this command on the loopback port {port}; may be repeated"),
};
const measuring = { ...roundsOption, ...scenarioOption(peerScenarios), ...lengthOptions };
const schema = z.object({ ...competing, ...measuring, ...savingOption, ...tableOptions });

type PeersOptions = z.output<typeof schema>;

/** The warm-up is long enough for a runtime to compile the whole hot path; a program in C starts compiled. */
const peersTimingOf = (options: PeersOptions): Timing => ({
  ...timingOf(options),
  warmupMs: options.quick ? 1_000 : 3_000,
});

const toJson = (result: PeersResult): string => JSON.stringify(result, null, 2);

/** `bench peers`. */
export const peersCommand = programCommand({
  name: "echo-bench peers",
  command: "bun run bench peers",
  summary:
    "measures echo servers, clients, schedules, pairs and each way side by side: both engines of echobench, C, Node, Go, Rust, socat, ncat, sockperf, iperf3 and your own",
  sections: { Rivals: competing, Measuring: measuring, Output: { ...savingOption, ...tableOptions } },
  schema,
  examples: [
    ["bun run bench peers", "all scenarios, five interleaved rounds; rivals that are not installed are left out"],
    ["bun run bench peers --only single,small --rounds 10", "two scenarios, ten rounds"],
    ["bun run bench peers --only ping-pong", "server and client of one maker, polling and sleeping, beside sockperf"],
    ["bun run bench peers --only upload-1,download-1", "bytes that go one way, beside iperf3"],
    ["bun run bench peers --peer 'mine=./my-server --port {port}'", "includes your own server"],
  ],
  notes: measuringNotes,
  run: async (options) => {
    const { out, format } = options;
    const plan = {
      scenarios: withNames(options.only, peerScenarios),
      rounds: roundsOf(options),
      timing: peersTimingOf(options),
      more: options.peer,
    };
    const save = async (result: PeersResult): Promise<void> => {
      if (out) await saveFile(out, "peers.json", toJson(result));
    };
    if (out) await openReportFolder(out);
    const stop = watchStop();
    const result = await measurePeers(plan, stop, save);
    await save(result);
    if (out) await saveFile(out, "peers.html", renderPeersPage(result));
    await print(`${format === "json" ? toJson(result) : renderPeers(result)}\n`);
    if (stop.aborted) return exitCodes.interrupted;
    return result.failedWhileMeasured.length > 0 ? exitCodes.runFailed : exitCodes.success;
  },
});
