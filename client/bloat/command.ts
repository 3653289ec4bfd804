import { isLoopback, stripBrackets } from "../../lib/address/address.ts";
import { programCommand } from "../../lib/cli/command.ts";
import { type ExitCode, exitCodes, InterruptedError, RunFailedError } from "../../lib/errors.ts";
import { print } from "../../lib/process/output.ts";
import { watchStop } from "../../lib/process/stop.ts";
import { sleep, unlessStopped } from "../../lib/timers.ts";
import { describeAbout } from "../../lib/result/result-shape.ts";
import { answerExitCode, reportWidth, writeAnswer } from "../report/answer.ts";
import { connectBun } from "../transport/bun-transport.ts";
import { openHeartbeat } from "../reach/heartbeat.ts";
import { checkFamilies } from "../options/option-checks.ts";
import { type ClientOptions, standardLoad } from "../options/options.ts";
import { readTlsSettings } from "../options/tls-options.ts";
import { drawSeed } from "../../lib/payload/random.ts";
import type { KernelView } from "../measure/kernel-sampler.ts";
import { toPlan } from "../run/plan.ts";
import { findHeartbeatTarget } from "../reach/heartbeat-target.ts";
import { formatAddress } from "../transport/target.ts";
import { bloatAnswer, queuedBytes } from "./answer.ts";
import { type BloatMeasurements, measureBloat } from "./bloat.ts";
import { type Direction, directionOf, heldBackShare } from "./direction.ts";
import { gradeOf, latencyFigures, roundTripsPerMinute } from "./grade.ts";
import { type BloatOptions, bloatOptions, bloatSections, modeOfWay } from "./options.ts";
import { renderBloat, renderBloatInterval } from "./report.ts";
import { type BloatResult, bloatResultSchema } from "./result.ts";
import { SaturatingLoad } from "./saturating-load.ts";

/** Bytes of a probe: one small packet. */
const PROBE_BYTES = 64;

/** The load keeps the sockets full; of both ways, each has half of the connections. */
function loadOf(options: BloatOptions): ClientOptions {
  const { way, maxConns, timeout, connectTimeout, discard, chargen } = options;
  const conns = way === "both" ? Math.ceil(maxConns / 2) : maxConns;
  return { ...standardLoad(options), mode: modeOfWay[way], ...{ conns, timeout, connectTimeout, discard, chargen } };
}

/** In which direction data queues: known where bytes go one way, found out for echoes. */
function queueDirection({ way }: BloatOptions, kernel: readonly KernelView[]): Direction {
  if (way === "echo") return directionOf(kernel);
  return way === "up" ? "there" : way === "down" ? "back" : "unclear";
}

function buildResult(
  options: BloatOptions,
  target: { readonly name: string; readonly isLoopback: boolean },
  startedAt: Date,
  measured: BloatMeasurements,
  isInterrupted: boolean,
): BloatResult {
  const { config: _, ...resolved } = options;
  const { intervals, isStable, bytesPerSecond, uploadedBytesPerSecond, kernel } = measured;
  const idleNs = latencyFigures(measured.idleNs);
  const loadedNs = latencyFigures(measured.loadedNs);
  const increaseNs = loadedNs.trimmedMean - idleNs.trimmedMean;
  const grade = gradeOf(increaseNs / 1e6);
  const direction = queueDirection(options, kernel);
  const maxIncreaseMs = options.maxIncrease;
  const facts = {
    grade,
    increaseNs,
    maxIncreaseMs,
    direction,
    bytesPerSecond,
    isStable,
    isLoopback: target.isLoopback,
    closeProblem: measured.closeProblem,
  };
  return bloatResultSchema.parse({
    schema: "echobench.bloat/1",
    ...describeAbout(startedAt),
    ...{ options: resolved, target: target.name },
    ...bloatAnswer({ ...facts, idleNs: idleNs.trimmedMean }),
    ...{ idleNs, loadedNs, increaseNs, grade, direction, heldBackShare: heldBackShare(kernel) },
    roundTripsPerMinute: roundTripsPerMinute(loadedNs.trimmedMean),
    idleRoundTripsPerMinute: roundTripsPerMinute(idleNs.trimmedMean),
    queuedBytes: queuedBytes(increaseNs, bytesPerSecond),
    ...{ bytesPerSecond, uploadedBytesPerSecond, isStable, intervals },
    verdict: isInterrupted ? "interrupted" : increaseNs > maxIncreaseMs * 1e6 ? "fail" : "pass",
  });
}

async function runBloat(options: BloatOptions): Promise<ExitCode> {
  checkFamilies(options);
  const loadOptions = loadOf(options);
  const startedAt = new Date();
  const tls = readTlsSettings(options, stripBrackets(options.host));
  const stop = watchStop();
  const heartbeats = await findHeartbeatTarget({ ...options, size: PROBE_BYTES }, tls, stop);
  const plan = toPlan(loadOptions, drawSeed);
  const opened = await unlessStopped(openHeartbeat(connectBun, heartbeats, Bun.nanoseconds).result, stop);
  if (!opened) throw new InterruptedError("interrupted before a connection was open");
  if (opened.kind === "failed") throw new RunFailedError(`the probe connection failed: ${opened.message}`);
  const isQuiet = options.quiet || options.json === "-";
  const settings = {
    ...{ idleMs: options.idle, durationMs: options.duration, intervalMs: options.interval, everyMs: options.every },
    ...{ timeoutMs: options.timeout, maxConnections: options.maxConns, loadsBothWays: options.way === "both" },
  };
  const { connection } = opened;
  const measured = await measureBloat(connection, settings, {
    nowMs: () => performance.now(),
    sleep: (ms) => sleep(ms, stop),
    stop,
    startLoad: () => SaturatingLoad.start(plan, loadOptions, heartbeats.address),
    onInterval: (interval) => void (isQuiet || print(`${renderBloatInterval(interval)}\n`)),
  }).finally(() => connection.shutdown());
  const target = { name: formatAddress(heartbeats.address), isLoopback: isLoopback(heartbeats.address.address) };
  const result = buildResult(options, target, startedAt, measured, stop.aborted);
  await writeAnswer(options.json, result, `${isQuiet ? "" : "\n"}${renderBloat(result, reportWidth())}`);
  return answerExitCode(result.verdict, exitCodes.thresholdFailed);
}

/** `client bloat` as a command. */
export const bloatCommand = programCommand({
  name: "echo-client bloat",
  command: "bun run client bloat",
  summary: "measures latency while the path is full: RPM, the latency that load adds, a grade",
  sections: bloatSections,
  schema: bloatOptions,
  examples: [
    ["bun run client bloat --host 10.0.0.2", "three seconds idle, then load until throughput and latency are stable"],
    ["bun run client bloat --host 10.0.0.2 --way up", "fills the way to the server only; it needs --discard"],
    ["bun run client bloat --host 10.0.0.2 --max-increase 20ms --json", "for a script: exit 4 when load adds more"],
  ],
  notes: [
    "Exit codes: 0 load adds no more latency than --max-increase, 1 a connection failed, 2 wrong usage, 3 could not connect, 4 it adds more than that, 130 interrupted (what was measured is still reported).",
  ],
  run: runBloat,
});
