import { messageOf } from "../../lib/errors.ts";
import { congestionControl, libcAvailable, tcpInfoBytes } from "../../lib/posix/libc.ts";
import { aborted } from "../../lib/cli/signals.ts";
import { readTcpInfo } from "../../lib/posix/tcp-info.ts";
import type { Address, Connect, SocketSettings } from "../transport/transport.ts";
import { isUnknownName, lookUp } from "../transport/target.ts";
import type { Conversation, Exchange } from "../reach/ping-connection.ts";
import { describeExchange } from "../reach/exchange-text.ts";
import { type Race, race } from "../reach/happy-eyeballs.ts";
import { describeOutcome } from "../reach/outcome-text.ts";
import { printable } from "../reach/printable.ts";
import { PingSummary } from "./ping-summary.ts";
import { type Attempt, type ConnectOutcome, reach, type Reaching } from "../reach/connect-attempt.ts";
import type { TargetReport } from "./result.ts";
import type { Target } from "./targets.ts";
import {
  connectVerdict,
  echoingVerdict,
  firstEchoVerdict,
  nameVerdict,
  tlsVerdict,
  unstableVerdict,
  type Verdict,
} from "./verdict.ts";

/** How targets are probed. Times in ms. */
export interface ProbeSettings {
  /** addresses to use; 0 is either */
  readonly family: 0 | 4 | 6;
  readonly count: number;
  readonly everyMs: number;
  /** bytes of a ping */
  readonly size: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly sockets: (target: Target) => SocketSettings;
  /** what the server makes of the bytes */
  readonly transform: (bytes: Uint8Array) => Uint8Array;
}

/** What a probe needs of the world. */
export interface ProbeWorld {
  readonly connect: Connect;
  /** monotonic */
  readonly nowNs: () => number;
  /** ends it with what was found out so far */
  readonly stop: AbortSignal;
  onPing(target: Target, sequence: number, exchange: Exchange): void;
}

/** What is found out, stage by stage. */
interface Findings {
  resolve: TargetReport["resolve"];
  tls: TargetReport["tls"];
  firstEchoNs: number | null;
  heard: string | null;
  path: TargetReport["path"];
  address: Address | undefined;
  readonly pings: PingSummary;
}

/** A line that asks servers of other kinds for an answer too, and can be told from any other. */
const knock = (): Uint8Array => Buffer.from(`echobench probe ${crypto.randomUUID()}\r\n\r\n`);

function pathOf({ channel }: Conversation): TargetReport["path"] {
  const fd = channel?.fd;
  const bytes = fd === undefined || !libcAvailable ? undefined : tcpInfoBytes(fd);
  if (!bytes || fd === undefined) return null;
  const { sndMss, pathMtuBytes, rttUs, rttVarianceUs, minRttUs, retransmits } = readTcpInfo(bytes);
  return {
    ...{ sndMss, pathMtuBytes, rttUs, rttVarianceUs, minRttUs, retransmits },
    congestionControl: congestionControl(fd) ?? null,
  };
}

/** Exchanges pings until all are sent, or one does not come back. @returns the verdict */
async function ping(
  conversation: Conversation,
  target: Target,
  settings: ProbeSettings,
  world: ProbeWorld,
  pings: PingSummary,
): Promise<Verdict> {
  const { count, everyMs, size, timeoutMs, transform } = settings;
  const stopped = aborted(world.stop);
  const firstNs = world.nowNs();
  for (let sequence = 1; sequence <= count && !world.stop.aborted; sequence++) {
    const message = crypto.getRandomValues(new Uint8Array(size));
    pings.sent++;
    const exchange = await conversation.exchange(message, transform(message), timeoutMs);
    if (exchange.kind !== "echoed" && world.stop.aborted) {
      pings.sent--;
      break;
    }
    world.onPing(target, sequence, exchange);
    if (exchange.kind !== "echoed") return unstableVerdict(describeExchange(exchange, timeoutMs));
    pings.answered(exchange.rttNs);
    const waitMs = everyMs * sequence - (world.nowNs() - firstNs) / 1e6;
    if (sequence < count && waitMs > 0) await Promise.race([Bun.sleep(waitMs), stopped]);
  }
  return echoingVerdict();
}

/** Opens the connection that is talked on: the winner of the race, or with TLS another one to the same address. */
async function openForTalk(
  winner: Reaching,
  connectNs: number,
  target: Target,
  settings: ProbeSettings,
  world: ProbeWorld,
  findings: Findings,
): Promise<Conversation | Verdict> {
  const sockets = settings.sockets(target);
  if (!sockets.tls) return winner.conversation;
  winner.conversation.finish();
  const secure = reach(world.connect, winner.address, sockets, settings.connectTimeoutMs, world.nowNs, world.stop);
  const outcome = await secure.outcome;
  if (outcome.kind === "failed") return tlsVerdict(outcome.code);
  if (outcome.kind === "filtered") return tlsVerdict("TLS_HANDSHAKE_TIMED_OUT");
  if (outcome.kind !== "open") return connectVerdict(outcome);
  const session = secure.conversation.session;
  if (session) findings.tls = { handshakeNs: Math.max(0, outcome.tookNs - connectNs), session };
  return secure.conversation;
}

async function talk(
  conversation: Conversation,
  target: Target,
  settings: ProbeSettings,
  world: ProbeWorld,
  findings: Findings,
): Promise<Verdict> {
  const message = knock();
  const echo = settings.transform(message);
  const first = await conversation.exchange(message, echo, settings.timeoutMs);
  if (first.kind !== "echoed") {
    if (first.heard.length > 0) findings.heard = printable(first.heard);
    return firstEchoVerdict(first, echo, settings.timeoutMs);
  }
  findings.firstEchoNs = first.rttNs;
  return ping(conversation, target, settings, world, findings.pings);
}

/** The first failure tells; the others are reported beside it. */
const verdictOfFailures = (attempts: readonly Attempt[]): Verdict => {
  const outcome = attempts.map((attempt) => attempt.outcome).find(({ kind }) => kind !== "open");
  if (!outcome || outcome.kind === "open") throw new Error("a connect that stood has no reason to have failed");
  return connectVerdict(outcome);
};

async function examine(
  { winner, attempts }: Race,
  target: Target,
  settings: ProbeSettings,
  world: ProbeWorld,
  findings: Findings,
): Promise<Verdict> {
  const first = await winner;
  const outcome: ConnectOutcome | undefined = await first?.outcome;
  if (!first || outcome?.kind !== "open") return verdictOfFailures(await attempts);
  findings.address = first.address;
  const opened = await openForTalk(first, outcome.tookNs, target, settings, world, findings);
  if ("kind" in opened) return opened;
  const verdict = await talk(opened, target, settings, world, findings);
  findings.path = pathOf(opened);
  opened.finish();
  return verdict;
}

const attemptReport = ({ address, outcome }: Attempt): TargetReport["attempts"][number] => ({
  address: address.address,
  family: address.family === "ipv6" ? "ipv6" : "ipv4",
  outcome: outcome.kind,
  connectNs: outcome.kind === "open" ? outcome.tookNs : null,
  detail: describeOutcome(outcome),
  icmp: outcome.kind === "rejected" ? { ...outcome.icmp, from: outcome.icmp.from ?? null } : null,
});

/** What other programs may stumble over although this one found a way. */
function warningsOf(attempts: readonly Attempt[], { address: used, path }: Findings): string[] {
  if (!used) return [];
  const lost = path?.retransmits ?? 0;
  const again = lost === 1 ? "1 segment was" : `${lost} segments were`;
  const losses = lost > 0 ? [`${again} sent again: packets are lost, or late, on the way`] : [];
  const failed = attempts
    .filter(({ outcome }) => outcome.kind !== "open")
    .map(({ address, outcome }) => {
      const family = address.family === "ipv6" ? "IPv6" : "IPv4";
      return `${address.address} (${family}) does not answer like the others: ${describeOutcome(outcome)}; programs that try it first are slower, or fail`;
    });
  return [...failed, ...losses];
}

function report(target: Target, verdict: Verdict, attempts: readonly Attempt[], findings: Findings): TargetReport {
  const { pings, address, ...rest } = findings;
  return {
    ...target,
    verdict: verdict.kind,
    isHealthy: verdict.kind === "echoing",
    answer: verdict.answer,
    advice: verdict.advice ?? null,
    warnings: warningsOf(attempts, findings),
    attempts: attempts.map(attemptReport),
    address: address?.address ?? null,
    ...rest,
    pings: { sent: pings.sent, received: pings.received, lossPercent: pings.lossPercent, rttNs: pings.rttNs },
  };
}

/**
 * Finds out whether a target can be reached and echoes, and if not, why.
 * @returns undefined when it was stopped before that was clear
 */
export async function probe(
  target: Target,
  settings: ProbeSettings,
  world: ProbeWorld,
): Promise<TargetReport | undefined> {
  const findings: Findings = {
    ...{ resolve: { tookNs: 0, addresses: [] }, tls: null, firstEchoNs: null, heard: null, path: null },
    ...{ address: undefined, pings: new PingSummary() },
  };
  const startNs = world.nowNs();
  let addresses: readonly Address[];
  try {
    addresses = await lookUp(target.host, target.port, settings.family);
  } catch (error) {
    findings.resolve = { tookNs: world.nowNs() - startNs, addresses: [] };
    const problem = isUnknownName(error) ? undefined : messageOf(error);
    return report(target, nameVerdict(target.host, problem), [], findings);
  }
  findings.resolve = { tookNs: world.nowNs() - startNs, addresses: addresses.map(({ address }) => address) };
  const plain = { ...settings.sockets(target), tls: undefined };
  const start = (address: Address): Reaching =>
    reach(world.connect, address, plain, settings.connectTimeoutMs, world.nowNs, world.stop);
  const connects = race(addresses, start);
  const verdict = await examine(connects, target, settings, world, findings);
  const attempts = await connects.attempts;
  return world.stop.aborted && findings.firstEchoNs === null ? undefined : report(target, verdict, attempts, findings);
}
