import { checkAdmin } from "../../lib/admin/options.ts";
import { checkSocketOptions } from "../../lib/cli/socket-check.ts";
import { parsePortRange } from "../../lib/cli/socket-options.ts";
import { UsageError } from "../../lib/errors.ts";
import { chooseEngine } from "../../lib/loop/engine.ts";
import { formatDuration } from "../../lib/text/format-units.ts";
import { libcAvailable } from "../../lib/posix/libc.ts";
import type { MeasuredLoad } from "../../lib/result/metrics.ts";
import { findMissing, type Threshold } from "../../lib/result/thresholds.ts";
import { hasMessages, isOneWay, serviceOf, waysOf } from "../../lib/result/load-modes.ts";
import type { AbortCondition } from "./abort-condition.ts";
import type { ClientOptions } from "./options.ts";
import { DEFAULT_PORT, namesFreePort, portMarks } from "./target-options.ts";

/** Over all connections. Each message in flight takes 32 bytes. */
const MAX_IN_FLIGHT = 50_000_000;

const oneWay = {
  what: "moves bytes one way",
  keys: ["messages", "size", "pipeline", "rate", "stages", "unix"],
} as const;

/** Options that have no meaning in a mode, and why. */
const modeLimits = {
  ...{ upload: oneWay, download: oneWay, both: oneWay },
  stream: { what: "has no messages", keys: ["messages", "size", "pipeline", "rate", "stages"] },
  churn: { what: "has one message a connection", keys: ["pipeline", "rate", "stages", "reconnect"] },
} as const;

/** @throws UsageError when an option has no meaning in the mode */
function checkMode(options: ClientOptions): void {
  const { mode } = options;
  if (options.bitrate !== undefined && hasMessages(mode)) {
    throw new UsageError(`--bitrate: expected without --mode ${mode}, whose messages have a --rate`);
  }
  if (options.hdr !== undefined && !hasMessages(mode)) {
    throw new UsageError(`--hdr "${options.hdr}": expected without --mode ${mode}, which has no round trips`);
  }
  if (mode === "echo") return;
  const { what, keys } = modeLimits[mode];
  const wrong = keys.find((key) => options[key] !== undefined && options[key] !== false);
  if (wrong) throw new UsageError(`--${wrong}: expected without --mode ${mode}, which ${what}`);
}

/** @throws UsageError when the server could not make or check such bytes */
function checkOneWay({ mode, port, payload, expectTransform, bytes, shard, serverCommand }: ClientOptions): void {
  if (!isOneWay(mode)) return;
  const least = mode === "both" ? 2 * (shard?.of ?? 1) : 1;
  if (bytes !== undefined && bytes < least) {
    throw new UsageError(`--bytes "${bytes}": expected at least ${least} with --mode ${mode}, one for each way`);
  }
  const services = waysOf(mode).map((way) => portMarks[serviceOf[way]]);
  const unnamed = services.filter((mark) => serverCommand?.includes(mark) === false);
  if (serverCommand !== undefined && namesFreePort(serverCommand) && unnamed.length > 0) {
    throw new UsageError(`--server-command: expected ${unnamed.join(" and ")} in the command too, with --mode ${mode}`);
  }
  const flags = waysOf(mode).map((way) => `--${serviceOf[way]}`);
  if (port !== DEFAULT_PORT) {
    throw new UsageError(`--port "${port}": expected ${flags.join(" and ")} instead, with --mode ${mode}`);
  }
  if (payload.kind === "file") {
    throw new UsageError(
      `--payload "file:${payload.path}": expected random, text or zeros, which the server can make too`,
    );
  }
  if (expectTransform !== "none") {
    throw new UsageError(
      `--expect-transform "${expectTransform}": expected without --mode ${mode}, as nothing comes back`,
    );
  }
}

/**
 * Rejects thresholds that no such run can keep.
 * @throws UsageError
 */
export function checkThresholds(option: string, thresholds: readonly Threshold[], run: MeasuredLoad): void {
  const missing = findMissing(thresholds, run);
  if (missing !== undefined) throw new UsageError(`${option} ${missing}`);
}

/**
 * Rejects thresholds after a time that never comes.
 * @param durationMs how long the load is measured
 * @throws UsageError
 */
export function checkAfter(option: string, thresholds: readonly Threshold[], durationMs: number): void {
  const late = thresholds.find(({ afterMs = 0 }) => afterMs >= durationMs);
  if (!late) return;
  const length = formatDuration(durationMs);
  throw new UsageError(`${option} "${late.expression}": expected a time within the ${length} of the load`);
}

/** Rejects conditions that hold for longer than the load. @throws UsageError */
export function checkFor(abortOn: readonly AbortCondition[], durationMs: number): void {
  const long = abortOn.find(({ forMs }) => forMs > durationMs);
  if (!long) return;
  throw new UsageError(
    `--abort-on "${long.expression}": expected at most the ${formatDuration(durationMs)} of the load`,
  );
}

/** @throws UsageError when both families are excluded */
export function checkFamilies({ ipv4, ipv6 }: Pick<ClientOptions, "ipv4" | "ipv6">): void {
  if (ipv4 && ipv6) throw new UsageError("-6: expected without -4; leave both out to use either family");
}

/** @throws UsageError when some shard would have nothing to do or end alone, or late starts are allowed of no start */
function checkTogether(options: ClientOptions): void {
  const { shard, conns, messages, bytes, startAt, startLate, serverCommand, abortOn } = options;
  if (startLate && startAt === undefined) throw new UsageError("--start-late: expected with --start-at");
  if (!shard) return;
  if (serverCommand !== undefined) {
    throw new UsageError("--server-command: expected without --shard, as each shard would start a server of its own");
  }
  if (startAt?.isCommon === false && shard.of > 1) {
    throw new UsageError(
      "--start-at: expected a time without a plus sign with --shard, as every shard would start at one of its own",
    );
  }
  const [condition] = abortOn;
  if (condition) {
    throw new UsageError(
      `--abort-on "${condition.expression}": expected without --shard, as one shard would end and the others go on`,
    );
  }
  const few = Object.entries({ conns, messages, bytes }).find(([, total]) => total !== undefined && total < shard.of);
  if (few) throw new UsageError(`--${few[0]} "${few[1]}": expected at least ${shard.of}, one for each shard`);
}

/** @throws UsageError when the connections need more ports than there are */
function checkSourcePorts({ sourcePort, bind, conns, shard }: ClientOptions): void {
  const range = sourcePort === undefined ? undefined : parsePortRange(sourcePort);
  if (!range) return;
  const ports = range.to - range.from + 1;
  const addresses = Math.max(1, bind.length);
  const wanted = Math.ceil(conns / (shard?.of ?? 1) / addresses);
  if (wanted <= ports) return;
  throw new UsageError(`--source-port "${sourcePort}": expected at least ${wanted} ports for --conns ${conns}`);
}

/** @throws UsageError when something else says how much load there is, or when it begins */
function checkStages({ stages, rate, duration, warmup, ramp }: ClientOptions): void {
  if (!stages) return;
  const reasons = {
    rate: [rate, "which have rates of their own"],
    duration: [duration, "which say how long the load is"],
    warmup: [warmup, "of which the first can warm up"],
    ramp: [ramp || undefined, "which begin when all connections are open"],
  } as const;
  const wrong = Object.entries(reasons).find(([, [value]]) => value !== undefined);
  if (wrong) throw new UsageError(`--${wrong[0]}: expected without --stages, ${wrong[1][1]}`);
}

/** @throws UsageError when Bun's sockets would connect, which wait for the connection before they send */
function checkFastOpenEngine({ fastopen, ...options }: ClientOptions): void {
  if (!fastopen || chooseEngine(options) === "epoll") return;
  throw new UsageError(
    `--fastopen: expected with the epoll engine${options.tls ? ", and so without --tls" : ""}; Bun's sockets send nothing before they are connected`,
  );
}

/**
 * Rejects options that contradict each other.
 * @throws UsageError
 */
export function checkClientOptions(options: ClientOptions): void {
  const { pipeline = 1, threads } = options;
  checkMode(options);
  checkOneWay(options);
  checkStages(options);
  checkTogether(options);
  // The smallest share that a shard may have.
  const conns = Math.floor(options.conns / (options.shard?.of ?? 1));
  if (options.arrival !== "constant" && options.rate === undefined && options.stages === undefined) {
    throw new UsageError(`--arrival "${options.arrival}": expected with --rate or --stages, whose messages it spaces`);
  }
  if (options.expectTransform !== "none" && !options.verify) {
    throw new UsageError(`--expect-transform "${options.expectTransform}": expected without --no-verify`);
  }
  const asksKernel = [...options.bind, options.buffer, options.sndbuf, options.rcvbuf].some(
    (each) => each !== undefined,
  );
  if (asksKernel && !libcAvailable) {
    throw new UsageError(
      "--bind, --buffer, --sndbuf and --rcvbuf: expected Linux; this platform does not support them",
    );
  }
  checkSourcePorts(options);
  if (options.unix === undefined) checkSocketOptions(options, "client");
  checkFastOpenEngine(options);
  checkFamilies(options);
  if (options.serverStatsToken !== undefined && options.serverStats === undefined) {
    throw new UsageError("--server-stats-token: expected with --server-stats");
  }
  checkAdmin(options);
  const ofShard = options.shard ? " of a shard" : "";
  if (threads > conns)
    throw new UsageError(`--threads "${threads}": expected no more than --conns (${conns}${ofShard})`);
  if (conns * pipeline > MAX_IN_FLIGHT) {
    throw new UsageError(
      `--pipeline "${pipeline}": expected at most ${MAX_IN_FLIGHT / conns} with --conns ${conns}${ofShard}`,
    );
  }
}
