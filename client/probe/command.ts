import { standardError } from "../../lib/process/standard-streams.ts";
import { StatusLine } from "../../lib/process/terminal.ts";
import { programCommand } from "../../lib/cli/command.ts";
import { stripBrackets } from "../../lib/address/address.ts";
import pMap, { pMapSkip } from "p-map";
import { type ExitCode, exitCodes, InterruptedError } from "../../lib/errors.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { findTransform } from "../../lib/transforms/transforms.ts";
import { describeAbout } from "../../lib/result/result-shape.ts";
import { reportWidth, writeAnswer } from "../report/answer.ts";
import { connectBun } from "../transport/bun-transport.ts";
import { checkHost, familyOf } from "../transport/target.ts";
import { readTlsSettings } from "../options/tls-options.ts";
import { checkFamilies } from "../options/option-checks.ts";
import { type ProbeOptions, probeOptions, probeSections } from "./options.ts";
import { probe, type ProbeSettings, type ProbeWorld } from "./probe.ts";
import { renderCount, renderPing, renderProbe } from "./report.ts";
import { type ProbeResult, probeResultSchema, type TargetReport } from "./result.ts";
import { collectTargets, formatTarget, type Target } from "./targets.ts";

function toSettings(options: ProbeOptions): ProbeSettings {
  const { count, every, size, timeout, connectTimeout, expectTransform } = options;
  const transform = findTransform(expectTransform);
  // Read once and first, so that an unreadable file is an error before any target is probed.
  const tls = readTlsSettings(options, "");
  const sockets = { sndbufBytes: undefined, rcvbufBytes: undefined, noDelay: true, source: undefined };
  return {
    ...{ family: familyOf(options), count, size, everyMs: every, timeoutMs: timeout, connectTimeoutMs: connectTimeout },
    sockets: ({ host }) => ({
      ...sockets,
      tls: tls && { ...tls, serverName: options.tlsServerName ?? stripBrackets(host) },
    }),
    transform(bytes) {
      const echo = Uint8Array.from(bytes);
      transform?.(echo);
      return echo;
    },
  };
}

const couldConnect = ({ attempts }: TargetReport): boolean =>
  attempts.some(({ outcome }) => outcome === "open" || outcome === "reset");

function exitCodeOf({ targets, verdict }: ProbeResult): ExitCode {
  if (verdict === "interrupted") return exitCodes.interrupted;
  if (verdict === "pass") return exitCodes.success;
  const wrong = targets.filter(({ isHealthy }) => !isHealthy);
  return wrong.some(couldConnect) ? exitCodes.runFailed : exitCodes.unreachable;
}

function buildResult(
  options: ProbeOptions,
  startedAt: Date,
  targets: readonly TargetReport[],
  isInterrupted: boolean,
): ProbeResult {
  const { config: _, target: __, ...resolved } = options;
  const isHealthy = targets.length > 0 && targets.every((target) => target.isHealthy);
  return probeResultSchema.parse({
    schema: "echobench.probe/1",
    ...describeAbout(startedAt),
    options: resolved,
    targets,
    verdict: isInterrupted ? "interrupted" : isHealthy ? "pass" : "fail",
  });
}

/** Probes targets in parallel, and starts no more once stopped. @returns the finished reports in the targets' order */
async function probeAll(
  targets: readonly Target[],
  concurrency: number,
  probeOne: (target: Target) => Promise<TargetReport | undefined>,
  stop: AbortSignal,
  onDone: (done: number) => void,
): Promise<TargetReport[]> {
  let done = 0;
  const run = async (target: Target): Promise<TargetReport | typeof pMapSkip> => {
    if (stop.aborted) return pMapSkip;
    const report = await probeOne(target);
    onDone(++done);
    return report ?? pMapSkip;
  };
  return pMap(targets, run, { concurrency });
}

async function runProbe(options: ProbeOptions): Promise<ExitCode> {
  checkFamilies(options);
  const targets = collectTargets(options.target, options.targets);
  for (const target of targets) checkHost(target.host, options, formatTarget(target));
  const settings = toSettings(options);
  const stop = watchStop();
  const isForPeople = options.json !== "-" && !options.quiet;
  const showsPings = isForPeople && targets.length === 1;
  const showsCount = isForPeople && targets.length > 1 && standardError.isTerminal;
  const startedAt = new Date();
  const startedMs = performance.now();
  const world: ProbeWorld = {
    connect: connectBun,
    nowNs: Bun.nanoseconds,
    stop,
    onPing(target, sequence, outcome) {
      if (showsPings) void print(`${renderPing(target, sequence, outcome)}\n`);
    },
  };
  const progress = new StatusLine(standardError);
  const onDone = (done: number): void => {
    if (showsCount) progress.update([renderCount(done, targets.length, performance.now() - startedMs)]);
  };
  const reports = await probeAll(targets, options.parallel, (target) => probe(target, settings, world), stop, onDone);
  progress.clear();
  if (reports.length === 0) throw new InterruptedError("interrupted before anything was clear");
  const result = buildResult(options, startedAt, reports, stop.aborted);
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
