import { z } from "zod";
import { messages, programCommand } from "../lib/cli/command.ts";
import { configFile, duration, integer, operands, outputFile } from "../lib/cli/option-kinds.ts";
import { checkDistinct, type NamedFile, print, reportOnStdout } from "../lib/process/output.ts";
import { type ExitCode, UsageError } from "../lib/errors.ts";
import { ForeignPartError } from "../lib/merge/belonging.ts";
import type { MergeSettings, ShardMerge } from "../lib/merge/shard-merge.ts";
import { type DecodedResult, encodeResult } from "../lib/result/decoded-result.ts";
import { checkThresholds } from "./options/option-checks.ts";
import { expectShape, exportShape } from "./options/options.ts";
import { reportWidth, writeJson } from "./report/answer.ts";
import { checkExports, writeExports } from "./report/exports.ts";
import { loadOptionsOf } from "./report/load-options.ts";
import { printProblems } from "./report/outputs.ts";
import { renderReport } from "./report/report.ts";
import { filesOf, readShards } from "./report/shard-files.ts";

const input = {
  file: operands("FILE|FOLDER", "a file or a folder", (path) => path || undefined)
    .prefault([])
    .describe("results of client --shard, as --json wrote them; of a folder all files, whatever their names"),
};

const run = {
  shards: integer("N", 1, 100_000).optional().describe("how many shards there are, checked against what they say"),
  allowMissing: integer("K", 0, 100_000)
    .prefault(0)
    .describe("shards that may be missing or cut short without exit code 6"),
  skew: duration(0).prefault("50ms").describe("how far apart the windows of shards may open without a warning"),
  ...expectShape,
};

const output = {
  json: outputFile()
    .optional()
    .describe("write the result as JSON to FILE, or to standard output instead of the report"),
  ...exportShape,
  config: configFile(),
};

const mergeOptions = z.object({ ...input, ...run, ...output });

type MergeOptions = z.output<typeof mergeOptions>;

/** @throws UsageError when the files to read and to write do not go together */
function checkFiles(options: MergeOptions): void {
  const { file: files, json } = options;
  if (files.length === 0) throw new UsageError("FILE: expected at least one result of a shard, or a folder of them");
  const inputs = files
    .filter((file) => file !== "-")
    .flatMap((file) => filesOf(file))
    .map((file): NamedFile => ["FILE", file]);
  if (json === "-") return checkExports(options, inputs);
  const named: NamedFile[] = json ? [["--json", json]] : [];
  checkExports(options, [reportOnStdout, ...named, ...inputs]);
  checkDistinct(named, [reportOnStdout, ...inputs]);
}

/** @throws UsageError when the shards are not as many as the options say, or have no such figure as a threshold is of */
function checkResult({ shards, expect }: MergeOptions, result: DecodedResult): void {
  const { merged, target } = result;
  if (merged && shards !== undefined && shards !== merged.of) {
    throw new UsageError(`--shards "${shards}": expected ${merged.of}, as "${merged.parts[0]?.source ?? ""}" says`);
  }
  const { mode = "echo", rate, stages } = loadOptionsOf(result);
  checkThresholds("--expect", expect, {
    mode,
    isOpenLoop: (rate ?? stages) !== undefined,
    hasTcp: target.family !== "unix",
  });
}

/** @throws UsageError when the results do not add up to one */
function finish(merge: ShardMerge, settings: MergeSettings): DecodedResult {
  try {
    return merge.finish(settings);
  } catch (error) {
    throw error instanceof ForeignPartError ? new UsageError(error.message) : error;
  }
}

async function runMerge(options: MergeOptions): Promise<ExitCode> {
  checkFiles(options);
  const { file, allowMissing, skew, expect, json } = options;
  const merge = await readShards(file, (message) => messages.warn(message));
  const result = finish(merge, { allowedMissing: allowMissing, skewMs: skew, thresholds: expect });
  checkResult(options, result);
  if (json) await writeJson(json, encodeResult(result));
  await writeExports(options, result);
  if (json === "-") printProblems(result);
  else await print(renderReport(result, reportWidth()));
  return result.exitCode;
}

/** `client merge` as a command. */
export const mergeCommand = programCommand({
  name: "echo-client merge",
  command: "bun run client merge",
  summary: "makes one result of those of the shards of a load, as if one client had put it on the server",
  sections: { Input: input, Run: run, Output: output },
  schema: mergeOptions,
  examples: [
    ["bun run client merge run1/ --shards 10", "all files of a folder; says which shards are missing"],
    ["bun run client merge run1/ --expect 'p99<2ms' --html run1.html", "judges the whole, and writes its page"],
    ["bun run client merge gen1.json gen2.json --json | jq .merged.parts", "what each shard measured"],
  ],
  notes: [
    "Histograms are added, so percentiles are those of all round trips. Rates are over the time in which all shards ran that were not cut short.",
    "Exit codes: 0 every byte came back to every shard, 1 it did not, 2 wrong usage, or results that do not belong together, 3 no shard connected, 4 a threshold was broken on the whole, 6 shards are missing, were cut short, or ran together for less than 90 % of the time. Of several, the first of 3, 1, 6, 4.",
  ],
  run: runMerge,
});
