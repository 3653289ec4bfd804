import { z } from "zod";
import { programCommand } from "../lib/cli/command.ts";
import { configFile, operands } from "../lib/cli/option-kinds.ts";
import { print, reportOnStdout } from "../lib/process/output.ts";
import { type ExitCode, exitCodes, UsageError } from "../lib/errors.ts";
import type { DecodedResult } from "../lib/result/decoded-result.ts";
import { exportShape } from "./options/options.ts";
import { reportWidth } from "./report/answer.ts";
import { checkExports, writeExports } from "./report/exports.ts";
import { renderReport } from "./report/report.ts";
import { readResult } from "./report/saved-result.ts";

const input = {
  file: operands("FILE", "a file that client --json wrote", (file) => file || undefined)
    .prefault([])
    .describe("result of a run, as client --json wrote it; - is standard input"),
};

const output = { ...exportShape, config: configFile() };

const reportOptions = z.object({ ...input, ...output });

type ReportOptions = z.output<typeof reportOptions>;

/** The exit codes of runs, the worst first. */
const worstFirst = [exitCodes.runFailed, exitCodes.thresholdFailed, exitCodes.interrupted, exitCodes.success] as const;

/** @throws UsageError when the files to read and to write do not go together */
function checkFiles({ file: files, html, csv, hdr, prometheus }: ReportOptions): void {
  if (files.length === 0) throw new UsageError("FILE: expected at least one, or - for standard input");
  const exported = Object.entries({ html, csv, hdr, prometheus }).find(([, path]) => path !== undefined);
  if (exported && files.length > 1) {
    throw new UsageError(`--${exported[0]} "${exported[1]}": expected one FILE, found ${files.length}`);
  }
}

async function showSaved(options: ReportOptions): Promise<ExitCode> {
  checkFiles(options);
  checkExports(options, [
    reportOnStdout,
    ...options.file.filter((file) => file !== "-").map((file) => ["FILE, the result", file] as const),
  ]);
  const results: DecodedResult[] = [];
  for (const file of options.file) results.push(await readResult(file));
  for (const [i, result] of results.entries()) {
    await writeExports(options, result);
    await print(`${i > 0 ? "\n" : ""}${renderReport(result, reportWidth())}`);
  }
  return worstFirst.find((code) => results.some(({ exitCode }) => exitCode === code)) ?? exitCodes.success;
}

/** `client report` as a command. */
export const reportCommand = programCommand({
  name: "echo-client report",
  command: "bun run client report",
  summary: "prints the saved result of a run again, and writes its page, time series, percentiles and metrics",
  sections: { Input: input, Output: output },
  schema: reportOptions,
  examples: [
    ["bun run client report result.json", "the report that the run printed, with its exit code"],
    ["bun run client report result.json --html report.html", "the report as a page for the browser too"],
    ["bun run client report monday.json tuesday.json", "several, one after the other"],
    ["ssh host cat result.json | bun run client report -", "from standard input"],
  ],
  notes: [
    "Exit codes: that of the run (0 every byte came back, 1 it did not, 4 a threshold of --expect was broken, 130 interrupted), of several runs the worst, in the order 1, 4, 130, 0; 2 wrong usage, which a file that is no result is too.",
  ],
  run: showSaved,
});
