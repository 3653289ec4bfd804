#!/usr/bin/env bun
import { messages, programCommand, runProgram } from "../lib/command.ts";
import { type ExitCode, exitCodes } from "../lib/errors.ts";
import { checkOutput, writeOutput } from "../lib/output.ts";
import { type RunResult, runResultSchema } from "../lib/run-result.ts";
import { watchSignals } from "../lib/signals.ts";
import { checkClientOptions, clientConflicts, type ClientOptions, clientOptions, clientSections } from "./options.ts";
import { intervalsToCsv, renderInterval } from "./intervals.ts";
import { type LoadPlan, toPlan, toThreadPlans } from "./plan.ts";
import { showNothing, showProgressOn } from "./progress.ts";
import { CHART_BARS, renderReport } from "./report.ts";
import { buildResult } from "./result.ts";
import { runLoad, type RunObserver } from "./run.ts";
import { resolveTarget } from "./target.ts";
import { mergeLatency } from "./thread-cells.ts";

const drawSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

function exitCodeOf(result: RunResult, isInterrupted: boolean): ExitCode {
  if (isInterrupted) return exitCodes.interrupted;
  if (result.verdict === "pass") return exitCodes.success;
  const isSound = result.errors.total === 0 && result.totals.messages > 0;
  return isSound ? exitCodes.thresholdFailed : exitCodes.runFailed;
}

/** Rows as they happen, when they were asked for and standard output is free; else a progress line on a terminal. */
function observerFor({ interval, json, quiet }: ClientOptions, plan: LoadPlan): RunObserver {
  const hasRows = interval !== undefined && json !== "-" && !quiet;
  const hasLine = process.stderr.isTTY && !hasRows && !quiet;
  return {
    show: hasLine ? showProgressOn(process.stderr, plan.durationMs) : showNothing,
    onInterval: (row) => hasRows && console.log(renderInterval(row)),
  };
}

async function putOnLoad(options: ClientOptions): Promise<ExitCode> {
  checkClientOptions(options);
  if (options.json) checkOutput("--json", options.json);
  if (options.csv) checkOutput("--csv", options.csv);
  const plan = toPlan(options, drawSeed);
  const threadPlans = toThreadPlans(plan, options.payload);
  const addresses = await resolveTarget(options);
  using signals = watchSignals();
  signals.force.addEventListener("abort", () => process.exit(exitCodes.interrupted));
  const measured = await runLoad(plan, threadPlans, addresses, signals, observerFor(options, plan));

  const result = runResultSchema.parse(buildResult(options, plan, measured));
  if (options.json === "-") {
    for (const { message, advice } of result.warnings) messages.warn(`${message}; ${advice}`);
    for (const { kind, message } of result.errors.first) messages.error(`${kind}: ${message}`);
    const broken = result.expectations.filter(({ ok }) => !ok);
    for (const { expression } of broken) messages.error(`--expect "${expression}": broken`);
  } else {
    const width = Math.min(process.stdout.columns ?? 100, 100);
    const bars = mergeLatency(measured.cells, "rtt").bars(CHART_BARS);
    await writeOutput("report", "-", renderReport(result, plan, options.expect, bars, width));
  }
  if (options.csv) await writeOutput("--csv", options.csv, intervalsToCsv(result.intervals));
  if (options.json) await writeOutput("--json", options.json, `${JSON.stringify(result, null, 2)}\n`);
  return exitCodeOf(result, measured.isInterrupted);
}

const command = programCommand({
  name: "echo-client",
  command: "bun run client",
  summary: "puts load on an echo server and checks every byte that comes back",
  sections: clientSections,
  schema: clientOptions,
  conflicts: clientConflicts,
  examples: [
    ["bun run client --conns 10 --duration 30s", "ten connections to this machine, one message at a time each"],
    ["bun run client --host 10.0.0.2 --size 64k --pipeline 8", "another machine, larger messages, eight in flight"],
    ["bun run client --messages 1000 --json result.json", "exactly 1,000 messages, report on screen, result in a file"],
    ["bun run client --expect 'p99<2ms' --expect 'messages/s>=10k'", "exit 4 when the measurement breaks a bound"],
    ["bun run client --bytes 1GB --json | jq .throughput", "the result on standard output, nothing else"],
  ],
  notes: [
    "Exit codes: 0 every byte came back, 1 it did not, 2 wrong usage, 3 could not connect, 4 a bound of --expect was broken although every byte came back, 130 interrupted (what was measured is still reported).",
  ],
  run: putOnLoad,
});

await runProgram(command, process.argv.slice(2));
