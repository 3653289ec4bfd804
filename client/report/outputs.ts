import { messages } from "../../lib/cli/command.ts";
import { UsageError } from "../../lib/errors.ts";
import { checkDistinct, type NamedFile, print, reportOnStdout } from "../../lib/process/output.ts";
import { formatDuration, plural } from "../../lib/text/format-units.ts";
import { toJson } from "../../lib/text/harmless.ts";
import { type DecodedResult, encodeResult } from "../../lib/result/decoded-result.ts";
import type { Failure } from "../failure/failure.ts";
import type { ClientOptions } from "../options/options.ts";
import type { LoadPlan } from "../run/plan.ts";
import { reportWidth, writeJson } from "./answer.ts";
import { renderInterval } from "./interval-rows.ts";
import { checkExports, writeExports } from "./exports.ts";
import { renderReport } from "./report.ts";
import { describeToolAndMachine, describeSetting } from "../run/result.ts";
import { noObserver, type RunObserver } from "../run/observer.ts";

/** Whether standard output holds JSON, and so nothing else. */
const isForMachines = ({ json, ndjson }: ClientOptions): boolean => json === "-" || ndjson;

/**
 * Checks before the run that no output goes where standard output goes.
 * @throws UsageError when one does
 */
export function checkOutputs(options: ClientOptions): void {
  if (options.ndjson && options.json === "-") {
    throw new UsageError("--json: expected a file beside --ndjson, which takes standard output");
  }
  const stdout: NamedFile = options.ndjson ? ["--ndjson", "-"] : reportOnStdout;
  if (options.json === "-") return;
  const json: NamedFile[] = options.json ? [["--json", options.json]] : [];
  checkExports(options, [stdout, ...json]);
  checkDistinct(json, [stdout]);
}

function printEvent(event: "start" | "interval" | "end" | "error", data: object): void {
  void print(`${toJson({ event, data })}\n`);
}

/** Prints a run while it goes on: as JSON events, or as rows of the time series. */
export function observerFor(options: ClientOptions, plan: LoadPlan): RunObserver {
  const { interval, ndjson, quiet } = options;
  const hasRows = interval !== undefined && !isForMachines(options) && !quiet;
  const toolAndMachine = ndjson ? describeToolAndMachine() : undefined;
  // Connections can fail to open before the load starts, but the first event has to be the start.
  let early: Failure[] | undefined = [];
  return {
    ownsProcess: true,
    onStart(start) {
      if (ndjson) printEvent("start", describeSetting(options, plan, start, toolAndMachine));
      if (ndjson) for (const failure of early ?? []) printEvent("error", failure);
      early = undefined;
      return noObserver.onStart(start);
    },
    onInterval(row) {
      if (ndjson) printEvent("interval", row);
      else if (hasRows) void print(`${renderInterval(row)}\n`);
    },
    onWait({ connections, ms }) {
      if (!quiet) messages.info(`${plural(connections, "connection")} for a load that starts in ${formatDuration(ms)}`);
    },
    onFailure(failure) {
      if (early) early.push(failure);
      else if (ndjson) printEvent("error", failure);
    },
  };
}

/** Prints problems on standard error, as the report cannot show them when standard output holds JSON. */
export function printProblems({ warnings, errors, expectations, aborted }: DecodedResult): void {
  for (const { message, advice } of warnings) messages.warn(`${message}; ${advice}`);
  for (const { kind, message } of errors.first) messages.error(`${kind}: ${message}`);
  if (aborted)
    messages.error(`--abort-on "${aborted.expression}": ended the run after ${formatDuration(aborted.atMs)}`);
  const broken = expectations.filter(({ ok }) => !ok);
  for (const { expression } of broken) messages.error(`--expect "${expression}": broken`);
}

/** Writes the result in every form that the options name. Files come first: a pipe may wait for its reader. */
export async function writeOutputs(options: ClientOptions, result: DecodedResult): Promise<void> {
  if (options.json) await writeJson(options.json, encodeResult(result));
  await writeExports(options, result);
  if (isForMachines(options)) printProblems(result);
  else await print(renderReport(result, reportWidth()));
  if (options.ndjson) printEvent("end", encodeResult(result));
}
