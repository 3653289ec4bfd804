import pMap, { pMapSkip } from "p-map";
import { stripBrackets } from "../../lib/address/address.ts";
import { InterruptedError } from "../../lib/errors.ts";
import { describeAbout } from "../../lib/result/result-shape.ts";
import { findTransform } from "../../lib/transforms/transforms.ts";
import { checkFamilies } from "../options/option-checks.ts";
import { readTlsSettings } from "../options/tls-options.ts";
import { connectBun } from "../transport/bun-transport.ts";
import { checkHost, familyOf } from "../transport/target.ts";
import type { ProbeOptions } from "./options.ts";
import { probe, type ProbeSettings, type ProbeWorld } from "./probe.ts";
import { type ProbeResult, probeResultSchema, type TargetReport } from "./result.ts";
import { formatTarget, type Target } from "./targets.ts";

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

/** What is told while targets are probed. */
export interface ProbeObserver {
  readonly onPing: ProbeWorld["onPing"];
  /** so many targets are done */
  readonly onDone: (done: number) => void;
}

/**
 * Rejects targets and options that contradict each other.
 * @throws UsageError
 */
export function checkProbe(options: ProbeOptions, targets: readonly Target[]): void {
  checkFamilies(options);
  for (const target of targets) checkHost(target.host, options, formatTarget(target));
}

/**
 * Probes targets, as many in parallel as the options say.
 * @param watchStop called when everything that may block was read; from then on its signal ends the call with what there is
 * @throws InterruptedError when it was stopped before anything was clear
 */
export async function probeTargets(
  options: ProbeOptions,
  targets: readonly Target[],
  watchStop: () => AbortSignal,
  { onPing, onDone }: ProbeObserver,
): Promise<ProbeResult> {
  const settings = toSettings(options);
  const stop = watchStop();
  const startedAt = new Date();
  const world: ProbeWorld = { connect: connectBun, nowNs: Bun.nanoseconds, stop, onPing };
  const reports = await probeAll(targets, options.parallel, (target) => probe(target, settings, world), stop, onDone);
  if (reports.length === 0) throw new InterruptedError("interrupted before anything was clear");
  return buildResult(options, startedAt, reports, stop.aborted);
}
