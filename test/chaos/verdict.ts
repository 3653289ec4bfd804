import { formatByteRate, formatBytes, formatCount, formatDuration, plural } from "../../lib/text/format-units.ts";
import type { Development } from "./sampler.ts";
import type { Slope } from "./slope.ts";
import type { ChaosFailure, FaultCount, Traffic } from "./tally.ts";

/** What happened to one engine. */
export interface EngineVerdict {
  readonly engine: string;
  readonly traffic: Traffic;
  readonly clientRuns: number;
  readonly faults: Readonly<Record<string, FaultCount>>;
  readonly skipped: Readonly<Record<string, string>>;
  /** connections that ended as a fault makes them end, by the kind that the client named */
  readonly lost: Readonly<Record<string, number>>;
  readonly failures: readonly ChaosFailure[];
  readonly processes: readonly Development[];
}

/** What chaos found, as `--json` writes it. */
export interface ChaosVerdict {
  readonly schema: "echobench.chaos/1";
  readonly seed: number;
  readonly durationMs: number;
  readonly wasInterrupted: boolean;
  readonly engines: readonly EngineVerdict[];
  readonly verdict: "pass" | "fail";
}

/** Descriptors that a process may open once and keep, such as those of a log. */
const SPARE_DESCRIPTORS = 4;
/** Below an hour's growth of this, a slope is not worth a failure; a minute's run would need an hour to reach it. */
const TOLERATED_BYTES_PER_HOUR = 8e6;
/** A shorter series says nothing about an hour: a heap still finds its size. */
const FEWEST_SAMPLES = 500;

/** What is wrong with how a process developed; empty if nothing is. */
export function complaintsOf({ isAlive, rss, samples, descriptorsFirst, descriptorsLast }: Development): string[] {
  // A worker that was killed had connections when it was last seen.
  if (!isAlive) return [];
  const hasGrown = rss?.isRising && rss.lowPerHour > TOLERATED_BYTES_PER_HOUR && samples >= FEWEST_SAMPLES;
  const keptOpen = descriptorsLast - descriptorsFirst;
  return [
    ...(hasGrown ? [`its memory grows by ${formatBytes(rss.perHour)} an hour`] : []),
    ...(keptOpen > SPARE_DESCRIPTORS ? [`${plural(keptOpen, "descriptor")} more than at the start`] : []),
  ];
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function describeSlope(slope: Slope | null): string {
  if (!slope) return "too few samples for a slope";
  const interval = `${megabytes(slope.lowPerHour)} to ${megabytes(slope.highPerHour)}`;
  return `${megabytes(slope.perHour)} MB/h (95 %: ${interval}), ${slope.isRising ? "rising" : "zero within its noise, or falling"}`;
}

function describeProcess(development: Development): string[] {
  const { process: name, descriptorsFirst, descriptorsLast, threadsFirst, threadsLast } = development;
  const range = `${formatBytes(development.rssFirstBytes)} to ${formatBytes(development.rssLastBytes)}`;
  return [
    `  ${name}: RSS ${range}, at most ${formatBytes(development.rssMaxBytes)}; ${describeSlope(development.rss)}`,
    ...(development.pss ? [`    PSS ${describeSlope(development.pss)}`] : []),
    `    descriptors ${descriptorsFirst} to ${descriptorsLast}, threads ${threadsFirst} to ${threadsLast}`,
  ];
}

function describeEngine(verdict: EngineVerdict, durationMs: number): string[] {
  const { bytesVerified, messages, connections } = verdict.traffic;
  const rate = formatByteRate((bytesVerified / durationMs) * 1_000);
  const connectionRate = formatCount((connections / durationMs) * 1_000);
  const lost = Object.entries(verdict.lost).map(([kind, count]) => `${kind} ${formatCount(count)}`);
  return [
    "",
    `Engine ${verdict.engine}`,
    `  Verified     ${formatBytes(bytesVerified)} (${rate}), ${plural(messages, "message")}`,
    `  Connections  ${formatCount(connections)} (${connectionRate}/s) in ${plural(verdict.clientRuns, "client run")}`,
    `  Lost         ${lost.length > 0 ? `${lost.join(", ")}, as the faults make it` : "nothing"}`,
    "Faults survived",
    ...Object.entries(verdict.faults).map(([name, { injected, survived }]) => `  ${survived} of ${injected}  ${name}`),
    ...Object.entries(verdict.skipped).map(([name, reason]) => `  skipped  ${name}: ${reason}`),
    "Processes",
    ...verdict.processes.filter(({ isAlive }) => isAlive).flatMap(describeProcess),
    ...(verdict.failures.length > 0 ? ["Failures"] : []),
    ...verdict.failures.map(
      ({ name, seed, atMs, message, file }) =>
        `  ${name}, seed ${seed}, after ${formatDuration(atMs)}: ${message.split("\n", 1)[0]}${file ? ` (${file})` : ""}`,
    ),
  ];
}

/** The verdict for people. */
export function describeVerdict({ seed, durationMs, wasInterrupted, engines, verdict }: ChaosVerdict): string {
  const failures = engines.reduce((sum, each) => sum + each.failures.length, 0);
  const skipped = new Set(engines.flatMap((each) => Object.keys(each.skipped))).size;
  const lines = [
    `Chaos with seed ${seed} for ${formatDuration(durationMs)}${wasInterrupted ? ", interrupted" : ""}`,
    ...engines.flatMap((each) => describeEngine(each, durationMs)),
    "",
    `${verdict === "pass" ? "PASS" : "FAIL"}: ${plural(failures, "failure")}, ${plural(skipped, "fault")} skipped`,
  ];
  return `${lines.join("\n")}\n`;
}
