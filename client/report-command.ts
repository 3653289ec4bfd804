import { z } from "zod";
import { programCommand } from "../lib/cli/command.ts";
import { configFile, operands } from "../lib/cli/option-kinds.ts";
import { print, reportOnStdout, writeOutput } from "../lib/process/output.ts";
import { type ExitCode, exitCodes, UsageError } from "../lib/errors.ts";
import { exportShape } from "./options/options.ts";
import { reportWidth } from "./report/answer.ts";
import { checkExports, writeExports } from "./report/exports.ts";
import { renderReport } from "./report/report.ts";
import { readResult } from "./report/saved-result.ts";
import type { NamedRun } from "./report/side-by-side.ts";
import { renderSideBySide } from "./report/side-by-side-text.ts";
import { renderSideBySidePage } from "./report/side-by-side-page.ts";

const input = {
  file: operands("FILE", "a file that client --json wrote", (file) => file || undefined)
    .prefault([])
    .describe("result of a run, as client --json wrote it; - is standard input"),
};

const output = { ...exportShape, config: configFile() };

const reportOptions = z.object({ ...input, ...output });

type ReportOptions = z.output<typeof reportOptions>;

/** The exit codes of runs, the worst first. */
const worstFirst = [
  exitCodes.runFailed,
  exitCodes.unreachable,
  exitCodes.shardsIncomplete,
  exitCodes.thresholdFailed,
  exitCodes.interrupted,
  exitCodes.success,
] as const;

/** @throws UsageError when the files to read and to write do not go together */
function checkFiles({ file: files, csv, hdr, prometheus }: ReportOptions): void {
  if (files.length === 0) throw new UsageError("FILE: expected at least one, or - for standard input");
  const exported = Object.entries({ csv, hdr, prometheus }).find(([, path]) => path !== undefined);
  if (exported && files.length > 1) {
    throw new UsageError(`--${exported[0]} "${exported[1]}": expected one FILE, found ${files.length}`);
  }
}

/** Prints several results one after the other and then beside each other; only a page can hold several. */
async function showSeveral({ html }: ReportOptions, runs: readonly NamedRun[]): Promise<void> {
  if (html) await writeOutput("--html", html, renderSideBySidePage(runs));
  const reports = runs.map(({ result }) => renderReport(result, reportWidth()));
  await print([...reports, renderSideBySide(runs, reportWidth())].join("\n"));
}

async function showOne(options: ReportOptions, { result }: NamedRun): Promise<void> {
  await writeExports(options, result);
  await print(renderReport(result, reportWidth()));
}

async function showSaved(options: ReportOptions): Promise<ExitCode> {
  checkFiles(options);
  checkExports(options, [
    reportOnStdout,
    ...options.file.filter((file) => file !== "-").map((file) => ["FILE, the result", file] as const),
  ]);
  const runs: NamedRun[] = [];
  for (const file of options.file) {
    runs.push({ file: file === "-" ? "standard input" : file, result: await readResult(file) });
  }
  const [only, ...others] = runs;
  await (only && others.length === 0 ? showOne(options, only) : showSeveral(options, runs));
  return worstFirst.find((code) => runs.some(({ result: { exitCode } }) => exitCode === code)) ?? exitCodes.success;
}

/** `client report` as a command. */
export const reportCommand = programCommand({
  name: "echo-client report",
  command: "bun run client report",
  summary:
    "prints saved results again, several beside each other too, and writes page, time series, percentiles and metrics",
  sections: { Input: input, Output: output },
  schema: reportOptions,
  examples: [
    ["bun run client report result.json", "the report that the run printed, with its exit code"],
    ["bun run client report result.json --html report.html", "the report as a page for the browser too"],
    ["bun run client report monday.json tuesday.json --html both.html", "several, then their figures side by side"],
    ["ssh host cat result.json | bun run client report -", "from standard input"],
  ],
  notes: [
    "Of several, ratios are to the first, and what differs in their loads is named. That is a picture: bun run bench compare judges.",
    "Exit codes: that of the run (0 every byte came back, 1 it did not, 4 a threshold of --expect was broken or --abort-on ended it, 130 interrupted; of a merged result also 3 no shard connected, 6 shards are missing, were cut short or did not run together), of several runs the worst, in the order 1, 3, 6, 4, 130, 0; 2 wrong usage, which a file that is no result is too.",
  ],
  run: showSaved,
});
