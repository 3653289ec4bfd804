import { standardError } from "../../lib/process/standard-streams.ts";
import { StatusLine } from "../../lib/process/terminal.ts";
import { programCommand } from "../../lib/cli/command.ts";
import { type ExitCode, exitCodes } from "../../lib/errors.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { reportWidth, writeAnswer } from "../report/answer.ts";
import { type ProbeOptions, probeOptions, probeSections } from "./options.ts";
import { checkProbe, probeTargets } from "./probe-targets.ts";
import { renderCount, renderPing, renderProbe } from "./report.ts";
import type { ProbeResult, TargetReport } from "./result.ts";
import { collectTargets } from "./targets.ts";

const couldConnect = ({ attempts }: TargetReport): boolean =>
  attempts.some(({ outcome }) => outcome === "open" || outcome === "reset");

function exitCodeOf({ targets, verdict }: ProbeResult): ExitCode {
  if (verdict === "interrupted") return exitCodes.interrupted;
  if (verdict === "pass") return exitCodes.success;
  const wrong = targets.filter(({ isHealthy }) => !isHealthy);
  return wrong.some(couldConnect) ? exitCodes.runFailed : exitCodes.unreachable;
}

async function runProbe(options: ProbeOptions): Promise<ExitCode> {
  const targets = collectTargets(options.target, options.targets);
  checkProbe(options, targets);
  const isForPeople = options.json !== "-" && !options.quiet;
  const showsPings = isForPeople && targets.length === 1;
  const showsCount = isForPeople && targets.length > 1 && standardError.canRedraw;
  const startedMs = performance.now();
  const progress = new StatusLine(standardError);
  const result = await probeTargets(options, targets, watchStop, {
    onPing(target, sequence, outcome) {
      if (showsPings) void print(`${renderPing(target, sequence, outcome)}\n`);
    },
    onDone(done) {
      if (showsCount) progress.update([renderCount(done, targets.length, performance.now() - startedMs)]);
    },
  }).finally(() => progress.clear());
  const gap = showsPings && options.count > 0 ? "\n" : "";
  await writeAnswer(options.json, result, gap + renderProbe(result, reportWidth()));
  return exitCodeOf(result);
}

/** `client probe` as a command. */
export const probeCommand = programCommand({
  name: "echo-client probe",
  command: "bun run client probe",
  summary: "finds out whether an echo server can be reached, and if not, why",
  sections: probeSections,
  schema: probeOptions,
  examples: [
    ["bun run client probe 10.0.0.2:7878", "name, connect, first echo, four pings, what the kernel knows of the path"],
    ["bun run client probe echo.example.org:443 --tls", "the TLS handshake too"],
    ["bun run client probe host:7000-7010 other:7878", "a matrix of twelve targets"],
    ["bun run client probe --targets hosts.txt --count 0 --json", "many targets, one echo each, for a script"],
  ],
  notes: [
    "Exit codes: 0 all targets are healthy, 1 at least one accepts connections and does not echo correctly, 2 wrong usage, 3 none of the unhealthy ones could be connected to, 130 interrupted.",
  ],
  run: runProbe,
});
